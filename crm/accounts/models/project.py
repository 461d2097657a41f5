"""Projects that a company plans or carries out and that need what we sell."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from crm.accounts.models.account import Account
from crm.people.models import User
from crm.people.recorded import Recorded, RecordedQuerySet
from crm.people.visibility import own_or_open


class ProjectPhase(models.TextChoices):
    PLANNED = "planned", "Planned"
    SCHEDULED = "scheduled", "Scheduled"
    UNDER_WAY = "under_way", "Under way"


class ProjectQuerySet(RecordedQuerySet):
    def visible_to(self, user: User) -> Self:
        """With the account, or with the lead at whose company it was found."""
        if user.is_manager:
            return self
        accounts = Account.objects.visible_to(user).values("pk")
        return self.filter(Q(account__in=accounts) | own_or_open(user, prefix="lead_link__lead__") & Q(account=None))


class IdentifiedProject(Recorded):
    """Found at a lead's company it has no account until the lead is converted."""

    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="projects")
    name = models.CharField("project", max_length=200)
    description = models.TextField(max_length=5_000, blank=True)
    phase = models.CharField(max_length=12, choices=ProjectPhase, default=ProjectPhase.PLANNED)
    starts_on = models.DateField("starts", null=True, blank=True)
    ends_on = models.DateField("ends", null=True, blank=True)
    amount = models.DecimalField("value", max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    url = models.CharField("link", max_length=500, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="project_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="project_phase_is_known", condition=Q(phase__in=ProjectPhase.values)),
            models.CheckConstraint(
                name="project_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="project_value_has_a_currency",
                condition=Q(amount=None, currency="") | (Q(amount__gte=0) & ~Q(currency="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
