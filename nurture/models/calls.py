"""Call tasks: a call in a rep's queue, and how it went."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from crm.people.models import User
from crm.people.visibility import own_or_open
from leads.models import Lead
from leads.models.lead import SALES_STAGES
from nurture.models.touch import Touch


class CallTaskState(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class CallOutcome(models.TextChoices):
    CONNECTED = "connected", "Connected"
    NO_ANSWER = "no_answer", "No answer"
    VOICEMAIL = "voicemail", "Left a voicemail"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    CALL_BACK = "call_back", "Call back at"
    NOT_INTERESTED = "not_interested", "Not interested"
    DO_NOT_CALL = "do_not_call", "Do not call"


# Two-way contact, and what the other side at least noticed.
SPOKE = (CallOutcome.CONNECTED, CallOutcome.CALL_BACK, CallOutcome.NOT_INTERESTED, CallOutcome.DO_NOT_CALL)
REACHED = (*SPOKE, CallOutcome.VOICEMAIL)

# What a call is worth, in points of the lead's score: see docs/calls.md.
WITH_SALES = 50
PROSPECT = 10


class CallTaskQuerySet(models.QuerySet["CallTask"]):
    def visible_to(self, user: User) -> Self:
        """A rep sees own tasks, and open ones of the leads they see."""
        if user.is_manager:
            return self
        return self.filter(Q(assignee=user) | (Q(assignee=None) & own_or_open(user, prefix="lead__")))

    def open(self) -> Self:
        return self.filter(state=CallTaskState.OPEN)

    def due(self, now: datetime) -> Self:
        return self.open().filter(due_at__lte=now)

    def most_valuable_first(self, now: datetime) -> Self:
        """Promised call-backs whose time has come, then by ``value``; of the same value the longest due."""
        kept = Case(When(promised_at__lte=now, then="promised_at"))
        valued = self.annotate(value=_value())
        return valued.order_by(kept.asc(nulls_last=True), "-value", "due_at", "pk")


def _value() -> Combinable:
    return (
        F("lead__score")
        + _if(Q(lead__stage__in=SALES_STAGES), WITH_SALES)
        + _if(Q(lead__engaged_at__isnull=False), PROSPECT)
    )


def _if(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())


class CallTask(models.Model):
    """``touch`` is the nurture step that asked for the call, none where a rep did; each try is a ``CallAttempt``.
    ``promised_at``: when the lead wants to be called back. ``dialed_at``: since when ``dialed_by`` is on the phone."""

    touch = models.OneToOneField(Touch, models.PROTECT, null=True, related_name="call_task")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="call_tasks")
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="call_tasks")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=CallTaskState, default=CallTaskState.OPEN)
    script = models.TextField(blank=True)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    promised_at = models.DateTimeField(null=True, editable=False)
    dialed_at = models.DateTimeField(null=True, editable=False)
    dialed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    objects = CallTaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="call_says_who_dialed_and_when",
                condition=Q(dialed_at=None, dialed_by=None) | Q(dialed_at__isnull=False, dialed_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="call_task_queue", fields=["assignee", "due_at"], condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"Call {self.lead}"

    @property
    def is_open(self) -> bool:
        return self.state == CallTaskState.OPEN


class CallAttempt(models.Model):
    """One try: who called, when, for how long (seconds), how it went."""

    task = models.ForeignKey(CallTask, models.PROTECT, related_name="attempts")
    by = models.ForeignKey(User, models.PROTECT, related_name="call_attempts")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=14, choices=CallOutcome)
    note = models.TextField(blank=True)
    duration = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_outcome_display()
