"""Opportunities: a chance to sell, moving through the stages of a pipeline to won or lost."""

from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crm.accounts.models import Account
from crm.campaigns.models import Campaign, Path, Source
from crm.contacts.models import Contact
from crm.people.models import Team, User
from crm.people.visibility import OwnedQuerySet
from crm.web.models import AppendOnly, Versioned


class Status(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class Pipeline(models.Model):
    name = models.CharField(max_length=100, unique=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(name="one_default_pipeline", fields=["is_default"], condition=Q(is_default=True)),
        ]

    def __str__(self) -> str:
        return self.name


class PipelineStage(models.Model):
    """A column of the board. ``status`` says what an opportunity in it is; probability in percent."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField()
    probability = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN)

    class Meta:
        ordering = ["pipeline", "position"]
        constraints = [
            models.UniqueConstraint(name="stage_name_is_unique_in_pipeline", fields=["pipeline", "name"]),
            models.UniqueConstraint(name="stage_position_is_unique_in_pipeline", fields=["pipeline", "position"]),
            models.UniqueConstraint(
                name="one_won_and_one_lost_stage", fields=["pipeline", "status"], condition=~Q(status="open")
            ),
            models.CheckConstraint(name="probability_is_a_percentage", condition=Q(probability__lte=100)),
        ]

    def __str__(self) -> str:
        return self.name


class OpportunityQuerySet(OwnedQuerySet):
    def open(self) -> Self:
        return self.filter(status=Status.OPEN)

    def won(self) -> Self:
        return self.filter(status=Status.WON)

    def without_next_step(self) -> Self:
        return self.open().filter(next_step="")

    def closing_before(self, day: date) -> Self:
        return self.open().filter(close_date__lt=day)


class Opportunity(Versioned):
    """``status`` repeats the stage's so that the database can hold the rules and reports need no join. Source, campaign
    and path are the lead's, copied at conversion."""

    name = models.CharField(max_length=200)
    account = models.ForeignKey(Account, models.PROTECT, related_name="opportunities")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="opportunities")
    stage = models.ForeignKey(PipelineStage, models.PROTECT, related_name="opportunities")
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    close_date = models.DateField(help_text="When we expect it to close; the day it closed once it has.")
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    close_reason = models.CharField(max_length=200, blank=True)
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
                name="lost_opportunity_has_a_reason", condition=~Q(status="lost") | ~Q(close_reason="")
            ),
            models.CheckConstraint(
                name="opportunity_amount_is_not_negative", condition=Q(amount=None) | Q(amount__gte=0)
            ),
        ]
        indexes = [
            models.Index(name="opportunity_owner_status", fields=["owner", "status", "close_date"]),
            models.Index(name="opportunity_status_closed", fields=["status", "closed_at"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weighted_amount(self) -> Decimal:
        return (self.amount or Decimal(0)) * self.stage.probability / 100


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


class BuyingRole(models.TextChoices):
    DECISION_MAKER = "decision_maker", "Decision-maker"
    RECOMMENDER = "recommender", "Recommender"
    INFLUENCER = "influencer", "Influencer"
    USER = "user", "User"
    GATEKEEPER = "gatekeeper", "Gatekeeper"
    ECONOMIC_BUYER = "economic_buyer", "Economic buyer"


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
