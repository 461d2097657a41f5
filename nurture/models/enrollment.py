"""One lead going through one sequence version."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from crm.people.models import User
from crm.people.visibility import own_or_open
from leads.models import Lead
from nurture.models.sequence import Sequence, SequenceStatus


class EnrollmentState(models.TextChoices):
    ACTIVE = "active", "Active"
    FINISHED = "finished", "Finished"
    EXITED = "exited", "Exited"


class ExitReason(models.TextChoices):
    QUALIFIED = "qualified", "Qualified"
    ACCEPTED = "accepted", "Taken over by sales"
    CONVERTED = "converted", "Converted"
    DISQUALIFIED = "disqualified", "Disqualified"
    OPTED_OUT = "opted_out", "Opted out"
    BOUNCED = "bounced", "Bounced"
    REPLIED = "replied", "Replied"
    NOT_INTERESTED = "not_interested", "Not interested"
    MERGED = "merged", "Merged"
    STOPPED = "stopped", "Stopped by hand"


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def visible_to(self, user: User) -> Self:
        """With their lead."""
        return self if user.is_manager else self.filter(own_or_open(user, prefix="lead__"))

    def active(self) -> Self:
        return self.filter(state=EnrollmentState.ACTIVE)

    def running(self) -> Self:
        """Active, and nobody paused their sequence."""
        return self.active().exclude(sequence__status=SequenceStatus.PAUSED)

    def due(self, now: datetime) -> Self:
        return self.running().filter(due_at__lte=now)


class Enrollment(models.Model):
    """``position`` is the current step's; ``due_at`` is when to look at it at the latest. While a touch is under way it
    is a day after the touch, so that no enrollment hangs, whatever became of it.

    ``number``: which time the lead goes through this sequence, in whatever version. ``round`` counts jumps back within
    this one."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="enrollments", db_index=False)
    sequence = models.ForeignKey(Sequence, models.PROTECT, related_name="enrollments")
    state = models.CharField(max_length=8, choices=EnrollmentState, default=EnrollmentState.ACTIVE)
    exit_reason = models.CharField(max_length=14, choices=ExitReason, blank=True)
    number = models.PositiveSmallIntegerField(default=1)
    round = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        ordering = ["-enrolled_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_active_enrollment_per_lead", fields=["lead"], condition=Q(state="active")
            ),
            models.UniqueConstraint(name="lead_once_per_sequence_and_time", fields=["lead", "sequence", "number"]),
            models.CheckConstraint(name="enrollment_counts_from_one", condition=Q(number__gt=0, round__gt=0)),
            models.CheckConstraint(
                name="active_enrollment_is_due_ended_one_has_an_end",
                condition=Q(state="active", ended_at=None, due_at__isnull=False)
                | (~Q(state="active") & Q(ended_at__isnull=False, due_at=None)),
            ),
            models.CheckConstraint(
                name="exited_enrollment_has_a_reason", condition=Q(state="exited") ^ Q(exit_reason="")
            ),
        ]
        indexes = [
            models.Index(name="enrollment_due", fields=["due_at"], condition=Q(state="active")),
        ]

    def __str__(self) -> str:
        return f"{self.lead}: {self.sequence}"


class SweepCursor(models.Model):
    """How far a sweep that goes through all leads, some at a time, has come: the last lead's id. Lost or set back, it
    looks at some again, which changes nothing."""

    name = models.SlugField(max_length=50, unique=True)
    lead_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.lead_id}"
