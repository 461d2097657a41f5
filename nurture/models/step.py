"""The steps of a sequence version, in order, and the variants of its e-mails."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from crm.web.weekdays import WEEKDAYS
from leads.models import Operator, Question, RoutingField
from nurture.models.sequence import Sequence

OWN_TEXT = "a"  # the step's own subject and body are this variant


class StepKind(models.TextChoices):
    EMAIL = "email", "E-mail"
    CALL = "call", "Call"
    WAIT = "wait", "Wait"
    BRANCH = "branch", "Branch"
    GO_TO = "go_to", "Go to"
    END = "end", "End"


class WaitFor(models.TextChoices):
    DAYS = "days", "Days"
    BUSINESS_DAYS = "business_days", "Business days"
    WEEKDAY = "weekday", "Until a weekday"
    TIME = "time", "Until a time of day"


class BranchField(models.TextChoices):
    """What a branch looks at, besides answers (``question``) and the fields of the lead, which are those of routing."""

    CLICKED = "clicked", "Clicked since it was enrolled"
    REPLIED = "replied", "Ever replied"
    CALL_OUTCOME = "outcome", "Outcome of the last call"
    STAGES = "stages", "Was in stage before"


FIELDS_OF_THE_LEAD = [(field.value, field.label) for field in RoutingField]
BRANCH_FIELDS = [*BranchField.choices, *FIELDS_OF_THE_LEAD]


class Step(models.Model):
    """``subject``, ``body`` and ``script`` are Liquid with the merge tags of ``nurture.mail.tags`` and no others.

    ``question``: asked in an e-mail by answer links, one for each choice; looked at by a branch. ``goes_to`` is the
    ``name`` of another step of the same version: it survives reordering and copying. A branch goes there if what it
    looks at compares with ``value`` (a list, as routing has it), else on to the next step. ``stopped_at``: since when
    the e-mail's own text is given to no more leads, because its variants are."""

    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=50, blank=True, help_text="So that other steps can go to it.")
    kind = models.CharField(max_length=6, choices=StepKind)
    wait_for = models.CharField(max_length=13, choices=WaitFor, default=WaitFor.DAYS)
    wait_days = models.PositiveSmallIntegerField("days", default=0)
    wait_weekday = models.PositiveSmallIntegerField("weekday", choices=WEEKDAYS, null=True, blank=True)
    wait_time = models.TimeField(
        "time", null=True, blank=True, help_text="Where the lead is. Empty: when the day begins."
    )
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="steps")
    field = models.CharField(max_length=20, choices=BRANCH_FIELDS, blank=True)
    operator = models.CharField(max_length=10, choices=Operator, default=Operator.IN)
    value = models.JSONField(default=list, blank=True)
    goes_to = models.SlugField("goes to", max_length=50, blank=True, help_text="The name of another step.")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    continues_thread = models.BooleanField(
        "continues the thread",
        default=False,
        help_text="Sent with “Re:” and the subject of the mail before; the own subject only if there was none.",
    )
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)], help_text="Its share among the variants."
    )
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    script = models.TextField(blank=True)
    max_attempts = models.PositiveSmallIntegerField(default=3)

    class Meta:
        ordering = ["sequence", "position"]
        constraints = [
            models.UniqueConstraint(name="step_position_is_unique", fields=["sequence", "position"]),
            models.UniqueConstraint(name="step_name_is_unique", fields=["sequence", "name"], condition=~Q(name="")),
            models.CheckConstraint(name="step_kind_is_known", condition=Q(kind__in=StepKind.values)),
            models.CheckConstraint(
                name="email_step_has_subject_and_body",
                condition=~Q(kind="email") | (~Q(subject="") & ~Q(body="")),
            ),
            models.CheckConstraint(
                name="wait_step_waits",
                condition=~Q(kind="wait")
                | Q(wait_for__in=["days", "business_days"], wait_days__gt=0)
                | Q(wait_for="weekday", wait_weekday__isnull=False)
                | Q(wait_for="time", wait_time__isnull=False),
            ),
            models.CheckConstraint(
                name="step_that_jumps_says_where", condition=~Q(kind__in=["branch", "go_to"]) | ~Q(goes_to="")
            ),
            models.CheckConstraint(name="step_does_not_go_to_itself", condition=Q(name="") | ~Q(goes_to=F("name"))),
            models.CheckConstraint(
                name="branch_looks_at_one_thing",
                condition=~Q(kind="branch") | (Q(question__isnull=False) ^ ~Q(field="")),
            ),
            models.CheckConstraint(name="call_is_tried_at_least_once", condition=Q(max_attempts__gt=0)),
            models.CheckConstraint(name="own_text_has_a_share", condition=Q(weight__gt=0)),
        ]

    def __str__(self) -> str:
        if self.kind == StepKind.EMAIL:
            return self.subject
        if self.kind == StepKind.WAIT:
            return f"Wait {self.wait_in_words}"
        return f"Go to {self.goes_to}" if self.kind == StepKind.GO_TO else self.get_kind_display()

    @property
    def wait_in_words(self) -> str:
        """“3 days”, “until Tuesday, 09:00”."""
        at = f"{self.wait_time:%H:%M}" if self.wait_time else ""
        if self.wait_for == WaitFor.TIME:
            return f"until {at}"
        if self.wait_for == WaitFor.WEEKDAY:
            return ", ".join(part for part in (f"until {self.get_wait_weekday_display()}", at) if part)
        unit = "business day" if self.wait_for == WaitFor.BUSINESS_DAYS else "day"
        return f"{self.wait_days} {unit}" + ("" if self.wait_days == 1 else "s")


class Variant(models.Model):
    """Another text of an e-mail step. The step's own is variant "a"; a lead that was drawn into one stays in it."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="variants")
    key = models.SlugField(max_length=10, help_text="b, c, …: the step's own text is a.")
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)], help_text="Its share among the variants."
    )
    subject = models.CharField(max_length=200)
    body = models.TextField()
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["step", "key"]
        constraints = [
            models.UniqueConstraint(name="variant_key_is_unique_in_step", fields=["step", "key"]),
            models.CheckConstraint(name="variant_is_not_the_steps_own_text", condition=~Q(key__in=["", OWN_TEXT])),
            models.CheckConstraint(name="variant_has_a_share", condition=Q(weight__gt=0)),
            models.CheckConstraint(name="variant_has_subject_and_body", condition=~Q(subject="") & ~Q(body="")),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.subject}"
