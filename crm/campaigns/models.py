"""Where leads come from, and the ways they reach sales: words that leads, opportunities and reports share."""

from django.db import models
from django.db.models import Q


class Path(models.TextChoices):
    """How a lead reached sales, frozen at that moment."""

    SELF_QUALIFIED = "self_qualified", "Self-qualified"
    NURTURED = "nurtured", "Nurtured"
    RESEARCHED = "researched", "Researched"
    UNQUALIFIED = "unqualified", "Unqualified"


class SourceKind(models.TextChoices):
    WEB_FORM = "web_form", "Web form"
    EMAIL = "email", "E-mail"
    DIRECT_MARKETING = "direct_marketing", "Direct marketing"
    COLD_CALL = "cold_call", "Cold call"
    REFERRAL = "referral", "Referral"
    EVENT = "event", "Event"
    BOUGHT_LIST = "bought_list", "Bought list"
    SEARCH = "search", "Search"
    SOCIAL = "social", "Social media"
    OTHER = "other", "Other"


class Source(models.Model):
    """Where a lead came from. ``key`` is as the data says it, upper and lower case told apart; a lead without a
    source has none, which is not the same as a source called "unknown"."""

    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=SourceKind, default=SourceKind.OTHER)
    active = models.BooleanField(default=True, help_text="Switched off: we put nothing more into it. Its leads stay.")

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(name="source_has_a_key", condition=~Q(key=""))]

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """An effort that brings leads, with its cost."""

    key = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="campaigns")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    cost = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="USD")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [models.CheckConstraint(name="campaign_cost_is_not_negative", condition=Q(cost__gte=0))]

    def __str__(self) -> str:
        return self.name
