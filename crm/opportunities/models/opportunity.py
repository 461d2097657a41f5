"""Opportunities: a chance to sell, moving through the stages of a pipeline to won or lost."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import Account
from crm.campaigns.models import Campaign, Path, Source
from crm.contacts.buying_roles import BuyingRole
from crm.contacts.models import Contact
from crm.opportunities.models.closing import CloseReason, Competitor, in_words
from crm.opportunities.models.pipeline import ForecastCategory, Pipeline, PipelineStage, Status
from crm.people.models import Team, User
from crm.people.visibility import OwnedQuerySet
from crm.web.models import AppendOnly, Versioned


class OpportunityQuerySet(OwnedQuerySet):
    def open(self) -> Self:
        return self.filter(status=Status.OPEN)

    def won(self) -> Self:
        return self.filter(status=Status.WON)


class Opportunity(Versioned):
    """``status`` repeats the stage's so that the database can hold the rules and reports need no join. Source, campaign
    and path are the lead's, copied at conversion. An amount in another currency than the company's carries what it
    was worth in that, with the rate and its day: of the newest rate while open, of the day it closed after that."""

    name = models.CharField(max_length=200)
    account = models.ForeignKey(Account, models.PROTECT, related_name="opportunities")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="opportunities")
    stage = models.ForeignKey(PipelineStage, models.PROTECT, related_name="opportunities")
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    company_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, editable=False)
    company_currency = models.CharField(max_length=3, blank=True, editable=False)
    rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, editable=False)
    rate_on = models.DateField(null=True, editable=False)
    forecast_category = models.CharField(
        max_length=10, choices=ForecastCategory, blank=True, help_text="Empty: as its stage says."
    )
    close_date = models.DateField(help_text="When we expect it to close; the day it closed once it has.")
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_because = models.ForeignKey(
        CloseReason, models.PROTECT, null=True, blank=True, editable=False, related_name="opportunities"
    )
    close_reason = models.CharField(max_length=200, blank=True, help_text="In the rep's own words.")
    competitors = models.ManyToManyField(Competitor, through="OpportunityCompetitor", related_name="opportunities")
    lost_to = models.ForeignKey(
        Competitor, models.PROTECT, null=True, blank=True, editable=False, related_name="won_against_us"
    )
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="opportunities")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="opportunities")
    path = models.CharField(max_length=20, choices=Path, blank=True, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="opportunities")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    contacts = models.ManyToManyField(Contact, through="OpportunityContact", related_name="opportunities")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        ordering = ["close_date", "pk"]
        verbose_name_plural = "opportunities"
        constraints = [
            models.CheckConstraint(
                name="opportunity_closed_at_says_when_it_closed",
                condition=Q(status="open", closed_at=None)
                | (Q(status__in=["won", "lost"]) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="lost_opportunity_has_a_reason",
                condition=~Q(status="lost") | ~Q(close_reason="") | Q(closed_because__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_lost_opportunity_is_lost_to_somebody", condition=Q(lost_to=None) | Q(status="lost")
            ),
            models.CheckConstraint(
                name="amount_in_company_currency_has_its_rate",
                condition=Q(company_amount=None, company_currency="", rate=None, rate_on=None)
                | (
                    Q(amount__isnull=False, company_amount__isnull=False, rate__gt=0, rate_on__isnull=False)
                    & ~Q(company_currency="")
                ),
            ),
            models.CheckConstraint(
                name="opportunity_amount_is_not_negative", condition=Q(amount=None) | Q(amount__gte=0)
            ),
        ]
        indexes = [
            models.Index(name="opportunity_owner_status", fields=["owner", "status", "close_date"]),
            models.Index(name="opportunity_status_closed", fields=["status", "closed_at"]),
            models.Index(name="opportunity_won", fields=["id", "closed_at"], condition=Q(status=Status.WON)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("opportunities:detail", args=[self.pk])

    @property
    def weighted_amount(self) -> Decimal:
        return (self.amount or Decimal(0)) * self.stage.probability / 100

    @property
    def forecast(self) -> ForecastCategory:
        return ForecastCategory(self.forecast_category or self.stage.forecast_category)

    @property
    def why_closed(self) -> str:
        """The managed reason, and what the rep added."""
        return in_words(self.closed_because, self.close_reason)


class OpportunityStageChange(AppendOnly):
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(PipelineStage, models.PROTECT, null=True, related_name="+")
    to_stage = models.ForeignKey(PipelineStage, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="opportunity_stage_change_moves",
                condition=Q(from_stage=None) | ~Q(from_stage=F("to_stage")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity}: {self.to_stage}"


class OpportunityContact(models.Model):
    """A contact's part in one opportunity; "" while the buying role is unknown."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="roles")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=BuyingRole, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="contact_once_per_opportunity", fields=["opportunity", "contact"]),
        ]

    def __str__(self) -> str:
        return f"{self.contact} ({self.get_role_display() or 'role unknown'})"


class OpportunityCompetitor(models.Model):
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="competition")
    competitor = models.ForeignKey(Competitor, models.PROTECT, related_name="competition")

    class Meta:
        ordering = ["competitor__name"]
        constraints = [
            models.UniqueConstraint(name="competitor_once_per_opportunity", fields=["opportunity", "competitor"]),
        ]

    def __str__(self) -> str:
        return str(self.competitor)
