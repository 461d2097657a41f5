"""What reps do with a call other than making it."""

from django.db import models
from django.db.models import Q

from crm.people.models import User
from crm.web.models import AppendOnly
from nurture.models.calls import CallTask


class CallChange(AppendOnly):
    """Given to a colleague (``to``), put off (``until``), or dropped (neither)."""

    task = models.ForeignKey(CallTask, models.PROTECT, related_name="changes")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="call_change_is_one_thing", condition=Q(to=None) | Q(until=None)),
            models.CheckConstraint(
                name="call_put_off_or_dropped_has_a_reason", condition=Q(to__isnull=False) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        if self.to:
            return f"Call given to {self.to}"
        return "Call put off" if self.until else "Call dropped"
