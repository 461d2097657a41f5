"""Who gets a qualified lead, and who got it."""

from django.db import models

from crm.people.models import Team, User
from crm.web.models import AppendOnly
from leads.models.lead import Lead


class RoutingRule(models.Model):
    """A pool of reps who take turns. ``turn`` counts the leads it has routed: the next goes to member turn mod n."""

    name = models.CharField(max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True)
    members = models.ManyToManyField(User, through="RoutingMember", related_name="routing_rules")
    accept_within_minutes = models.PositiveIntegerField(default=240)
    active = models.BooleanField(default=True)
    turn = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class RoutingMember(models.Model):
    rule = models.ForeignKey(RoutingRule, models.CASCADE, related_name="pool")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="member_once_per_rule", fields=["rule", "user"])]

    def __str__(self) -> str:
        return str(self.user)


class Assignment(AppendOnly):
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="assignments")
    to = models.ForeignKey(User, models.PROTECT, null=True, related_name="assignments")
    rule = models.ForeignKey(RoutingRule, models.PROTECT, null=True, related_name="assignments")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.lead} → {self.to or 'queue'}"
