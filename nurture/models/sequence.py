"""Versioned nurture plans, and whom they enroll. Their steps are in ``nurture.models.step``."""

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from crm.web.weekdays import validate_weekdays, working_week
from leads.models import Operator
from nurture.models.preference import Topic

MOST_HELD_OUT = 90


class SequenceStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    PAUSED = "paused", "Paused"
    RETIRED = "retired", "Retired"


class Sequence(models.Model):
    """A published version never changes: running enrollments keep theirs. The window is in the recipient's own time;
    it may pass midnight (22:00 to 02:00)."""

    key = models.SlugField(max_length=64, help_text="The same for all versions.")
    version = models.PositiveIntegerField(default=1, editable=False)
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=SequenceStatus, default=SequenceStatus.DRAFT, editable=False)
    priority = models.PositiveSmallIntegerField(default=0, help_text="The highest that fits a lead enrolls it.")
    enroll_within_days = models.PositiveIntegerField(
        default=90, help_text="Only leads whose last inquiry is not older: history is not written to."
    )
    enroll_again_after_days = models.PositiveIntegerField(
        "enroll again after",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Days after a lead's last time ended. Empty: each lead goes through it once, whatever the version.",
    )
    max_times = models.PositiveSmallIntegerField(
        "at most", default=2, validators=[MinValueValidator(1)], help_text="Times for one lead, the first included."
    )
    max_rounds = models.PositiveSmallIntegerField(
        "rounds",
        default=5,
        validators=[MinValueValidator(1)],
        help_text="How often a lead goes round where steps lead back; then it goes on with the step after.",
    )
    holdout_percent = models.PositiveSmallIntegerField(
        "hold-out",
        default=0,
        validators=[MaxValueValidator(MOST_HELD_OUT)],
        help_text="Percent of new leads, drawn at random, that are kept out of all nurture for ever: "
        "what nurture adds is measured against them.",
    )
    sender = models.CharField(max_length=320, blank=True, help_text="Name <address>; empty: the default sender.")
    from_owner = models.BooleanField(
        "from the owner", default=False, help_text="Mails come from the rep who owns the lead, where there is one."
    )
    track_clicks = models.BooleanField(
        default=True, help_text="Links in mails lead over this site, which counts what people clicked."
    )
    topic = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sequences",
        help_text="Who does not want this topic gets none of its mails. Empty: only who stops everything.",
    )
    window_start = models.TimeField(default=time(9))
    window_end = models.TimeField(default=time(17))
    weekdays = models.JSONField(default=working_week, validators=[validate_weekdays], help_text="0 is Monday.")

    class Meta:
        ordering = ["-priority", "key", "-version"]
        constraints = [
            models.UniqueConstraint(name="sequence_version_is_unique", fields=["key", "version"]),
            models.UniqueConstraint(
                name="one_published_version_per_sequence", fields=["key"], condition=Q(status="published")
            ),
            models.CheckConstraint(name="sequence_window_is_open", condition=~Q(window_start=F("window_end"))),
            models.CheckConstraint(
                name="sequence_counts_from_one",
                condition=Q(max_times__gt=0, max_rounds__gt=0)
                & (Q(enroll_again_after_days=None) | Q(enroll_again_after_days__gt=0)),
            ),
            models.CheckConstraint(
                name="sequence_does_not_hold_everybody_out", condition=Q(holdout_percent__lte=MOST_HELD_OUT)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class EnrollmentField(models.TextChoices):
    """What of a lead decides whether a sequence enrolls it."""

    SOURCE = "source", "Source"
    CAMPAIGN = "campaign", "Campaign"
    FORM = "form", "Form of any inquiry"
    MISSING = "missing", "Nothing is known about"
    SCORE = "score", "Score"
    WAS_IN = "was_in", "Was in stage before"
    COUNTRY = "country", "Country"
    REGION = "region", "Region"
    INDUSTRY = "industry", "Industry"
    EMPLOYEES = "employees", "Employees"
    JOB_TITLE = "job_title", "Job title"


class EnrollmentCondition(models.Model):
    """All conditions of a sequence must hold. ``value`` is a list of texts; for "is at least" and "is at most" of
    one; for "is known" empty."""

    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="conditions")
    field = models.CharField(max_length=10, choices=EnrollmentField)
    operator = models.CharField(max_length=10, choices=Operator, default=Operator.IN)
    value = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="enrollment_condition_is_known",
                condition=Q(field__in=EnrollmentField.values, operator__in=Operator.values),
            ),
        ]

    def __str__(self) -> str:
        operator = Operator(self.operator).label
        return f"{EnrollmentField(self.field).label} {operator} {', '.join(map(str, self.value))}".strip()
