"""Call tasks: a call in a rep's queue, and how it went."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from crm.people.models import User
from crm.people.visibility import own_or_open
from leads.models import Lead
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


class CallTask(models.Model):
    """``touch`` is the nurture step that asked for the call; each try is a ``CallAttempt``."""

    touch = models.OneToOneField(Touch, models.PROTECT, null=True, related_name="call_task")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="call_tasks")
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="call_tasks")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=CallTaskState, default=CallTaskState.OPEN)
    script = models.TextField(blank=True)
    max_attempts = models.PositiveSmallIntegerField(default=3)

    objects = CallTaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(name="call_task_queue", fields=["assignee", "due_at"], condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"Call {self.lead}"


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
