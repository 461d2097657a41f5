"""The history of a lead's stage, and the reasons people give."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q

from crm.people.models import User
from crm.web.models import AppendOnly
from leads.models.lead import ALLOWED_MOVES, Lead, Stage

ALLOWED = [Q(from_stage=start, to_stage__in=sorted(ends)) for start, ends in ALLOWED_MOVES.items() if ends]
BACK_FROM_SALES = Q(from_stage__in=[Stage.MQL, Stage.SAL], to_stage=Stage.UNQUALIFIED)


class ReasonPurpose(models.TextChoices):
    DISQUALIFY = "disqualify", "Disqualify"
    RECYCLE = "recycle", "Recycle"


class Reason(models.Model):
    """A reason to disqualify or recycle; an inactive one is no longer offered."""

    purpose = models.CharField(max_length=12, choices=ReasonPurpose)
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["purpose", "name"]
        constraints = [models.UniqueConstraint(name="reason_is_unique", fields=["purpose", "name"])]

    def __str__(self) -> str:
        return self.name


class StageChange(AppendOnly):
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="stage_changes")
    from_stage = models.CharField(max_length=20, choices=Stage)
    to_stage = models.CharField(max_length=20, choices=Stage)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.ForeignKey(Reason, models.PROTECT, null=True, related_name="stage_changes")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="stage_change_moves", condition=~Q(from_stage=F("to_stage"))),
            models.CheckConstraint(name="stage_change_is_allowed", condition=reduce(or_, ALLOWED)),
            models.CheckConstraint(name="recycling_has_a_reason", condition=~BACK_FROM_SALES | Q(reason__isnull=False)),
            models.CheckConstraint(
                name="disqualification_has_a_reason",
                condition=~Q(to_stage=Stage.DISQUALIFIED) | Q(reason__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"
