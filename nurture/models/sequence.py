"""Versioned nurture plans: e-mails, calls and waits, in order."""

from datetime import time

from django.db import models
from django.db.models import F, Q

from crm.web.weekdays import validate_weekdays, working_week
from leads.models import Question


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
    sender = models.CharField(max_length=320, blank=True, help_text="Name <address>; empty: the default sender.")
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
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class StepKind(models.TextChoices):
    EMAIL = "email", "E-mail"
    CALL = "call", "Call"
    WAIT = "wait", "Wait"


class Step(models.Model):
    """``subject``, ``body`` and ``script`` are Liquid with the merge tags of ``nurture.mail.tags`` and no others.
    ``question`` is asked in the mail by answer links, one for each choice."""

    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5, choices=StepKind)
    wait_days = models.PositiveSmallIntegerField(default=0)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="steps")
    script = models.TextField(blank=True)
    max_attempts = models.PositiveSmallIntegerField(default=3)

    class Meta:
        ordering = ["sequence", "position"]
        constraints = [
            models.UniqueConstraint(name="step_position_is_unique", fields=["sequence", "position"]),
            models.CheckConstraint(
                name="email_step_has_subject_and_body",
                condition=~Q(kind="email") | (~Q(subject="") & ~Q(body="")),
            ),
            models.CheckConstraint(name="wait_step_waits", condition=~Q(kind="wait") | Q(wait_days__gt=0)),
            models.CheckConstraint(name="call_is_tried_at_least_once", condition=Q(max_attempts__gt=0)),
        ]

    def __str__(self) -> str:
        if self.kind == StepKind.WAIT:
            return f"Wait {self.wait_days} days"
        return self.subject if self.kind == StepKind.EMAIL else "Call"
