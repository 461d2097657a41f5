"""Versioned definitions of "qualified", and the decisions made by them."""

from collections.abc import Iterable
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from crm.campaigns.models import Campaign
from crm.web.models import AppendOnly
from leads.models.engagement import EngagementKind, subject_of, validate_page
from leads.models.lead import Lead
from leads.models.question import Question


class PolicyPurpose(models.TextChoices):
    MARKETING = "marketing", "Marketing: unqualified to MQL"
    SALES = "sales", "Sales: SAL to SQL, and ready to convert"


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    RETIRED = "retired", "Retired"


FROZEN = "A policy in force never changes: make a new version."


class Policy(models.Model):
    """Once active it never changes; a new version replaces it (``leads.services.policies``). One with a campaign
    decides about that campaign's leads, in place of the general one."""

    purpose = models.CharField(max_length=10, choices=PolicyPurpose, default=PolicyPurpose.MARKETING)
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        help_text="Decides about the leads of this campaign only. Empty: about all leads whose campaign has none.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    name = models.CharField(max_length=100)
    threshold = models.PositiveIntegerField(help_text="Points needed, besides all must-haves.")
    status = models.CharField(max_length=8, choices=PolicyStatus, default=PolicyStatus.DRAFT, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["purpose", "campaign", "-version"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                name="policy_version_is_unique", fields=["purpose", "version"], condition=Q(campaign=None)
            ),
            models.UniqueConstraint(
                name="policy_version_is_unique_per_campaign",
                fields=["purpose", "campaign", "version"],
                condition=Q(campaign__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_active_policy_per_purpose", fields=["purpose"], condition=Q(status="active", campaign=None)
            ),
            models.UniqueConstraint(
                name="one_active_policy_per_campaign",
                fields=["purpose", "campaign"],
                condition=Q(status="active", campaign__isnull=False),
            ),
            models.CheckConstraint(name="policy_status_is_known", condition=Q(status__in=PolicyStatus.values)),
            models.CheckConstraint(
                name="policy_in_force_has_a_date", condition=Q(status="draft") | Q(activated_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Of one that is or was in force only the status changes, once: to retired."""
        retires = self.status == PolicyStatus.RETIRED and set(update_fields or ["*"]) <= {"status"}
        if not retires:
            _refuse_in_force(self.pk)
        super().save(*args, update_fields=update_fields, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        _refuse_in_force(self.pk)
        return super().delete(*args, **kwargs)


def _refuse_in_force(pk: int | None) -> None:
    if pk and Policy.objects.filter(pk=pk).exclude(status=PolicyStatus.DRAFT).exists():
        raise TypeError(FROZEN)


class Operator(models.TextChoices):
    ANSWERED = "answered", "is known"
    IN = "in", "is one of"
    NOT_IN = "not_in", "is none of"
    AT_LEAST = "at_least", "is at least"
    AT_MOST = "at_most", "is at most"


class FactField(models.TextChoices):
    """Fields of the lead that a criterion may look at."""

    SOURCE = "source", "Source"
    CAMPAIGN = "campaign", "Campaign"
    COUNTRY = "country", "Country"
    COMPANY = "company", "Company"
    JOB_TITLE = "job_title", "Job title"
    EMAIL = "email", "E-mail address"
    PHONE = "phone", "Phone"


class AgeField(models.TextChoices):
    """Moments of the lead whose age in days a criterion may look at."""

    FIRST_INQUIRY = "first_inquiry", "Days since the first inquiry"
    LAST_INQUIRY = "last_inquiry", "Days since the last inquiry"


_ONE_THING = ("question", "field", "engagement", "age")


def _looks_only_at(chosen: str) -> Q:
    unused: dict[str, Any] = {name: None if name == "question" else "" for name in _ONE_THING}
    empty = unused.pop(chosen)
    return Q(**unused) & ~Q(**{chosen: empty})


class Criterion(models.Model):
    """One thing that speaks for a lead: an answer, a field, engagement (how often) or an age (days), compared with
    ``value`` (a list for "one of", a number for "at least"), worth ``points``; a must-have qualifies nobody alone, but
    without it nobody qualifies. ``page`` is of visits, blank for any page."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="criteria")
    label = models.CharField(max_length=200)
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="criteria")
    field = models.CharField(max_length=20, choices=FactField, blank=True)
    engagement = models.CharField(max_length=14, choices=EngagementKind, blank=True)
    page = models.CharField(max_length=64, blank=True, validators=[validate_page])
    age = models.CharField(max_length=20, choices=AgeField, blank=True)
    operator = models.CharField(max_length=10, choices=Operator, default=Operator.IN)
    value = models.JSONField(default=list, blank=True)
    within_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Older answers and engagement do not count."
    )
    points = models.IntegerField(default=0)
    half_life_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="The points halve with each of these spans."
    )
    must_have = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "criteria"
        constraints = [
            models.CheckConstraint(
                name="criterion_looks_at_one_thing",
                condition=_looks_only_at("question")
                | _looks_only_at("field")
                | _looks_only_at("engagement")
                | _looks_only_at("age"),
            ),
            models.CheckConstraint(
                name="criterion_page_is_of_visits", condition=Q(page="") | Q(engagement=EngagementKind.VISIT)
            ),
            models.CheckConstraint(
                name="criterion_of_what_has_no_age_does_not_fade",
                condition=Q(field="", age="") | Q(within_days=None, half_life_days=None),
            ),
            models.CheckConstraint(
                name="criterion_days_are_days",
                condition=(Q(within_days=None) | Q(within_days__gte=1))
                & (Q(half_life_days=None) | Q(half_life_days__gte=1)),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_in_force(self.policy_id)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        _refuse_in_force(self.policy_id)
        return super().delete(*args, **kwargs)

    @property
    def subject(self) -> str:
        """As ``leads.evaluation`` names what it looks at."""
        if self.question:
            return f"answer:{self.question.key}"
        if self.engagement:
            return subject_of(self.engagement, self.page)
        return f"age:{self.age}" if self.age else f"field:{self.field}"


class Decision(AppendOnly):
    """One evaluation, by the policy that applied. ``facts`` is the snapshot it used, by subject; ``results`` one entry
    per criterion, which says what it counted."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="decisions", db_index=False)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    qualified = models.BooleanField()
    score = models.IntegerField()
    facts = models.JSONField()
    results = models.JSONField()

    class Meta:
        ordering = ["decided_at", "pk"]
        indexes = [models.Index(name="decision_newest", fields=["lead", "policy", "-decided_at"])]

    @property
    def outcomes(self) -> list[str]:
        return [result["outcome"] for result in self.results]

    def __str__(self) -> str:
        return f"{self.policy}: {'qualified' if self.qualified else 'not qualified'} ({self.score})"
