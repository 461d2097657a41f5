"""Versioned definitions of "qualified", and the decisions made by them."""

from django.db import models
from django.db.models import Q

from crm.web.models import AppendOnly
from leads.models.lead import Lead
from leads.models.question import Question


class PolicyPurpose(models.TextChoices):
    MARKETING = "marketing", "Marketing: unqualified to MQL"
    SALES = "sales", "Sales: ready to convert"


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    RETIRED = "retired", "Retired"


class Policy(models.Model):
    """Once active it never changes; a new version replaces it (``leads.services.policies``)."""

    purpose = models.CharField(max_length=10, choices=PolicyPurpose, default=PolicyPurpose.MARKETING)
    version = models.PositiveIntegerField(default=1, editable=False)
    name = models.CharField(max_length=100)
    threshold = models.PositiveIntegerField(help_text="Points needed, besides all must-haves.")
    status = models.CharField(max_length=8, choices=PolicyStatus, default=PolicyStatus.DRAFT, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["purpose", "-version"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(name="policy_version_is_unique", fields=["purpose", "version"]),
            models.UniqueConstraint(
                name="one_active_policy_per_purpose", fields=["purpose"], condition=Q(status="active")
            ),
            models.CheckConstraint(
                name="policy_in_force_has_a_date", condition=Q(status="draft") | Q(activated_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


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


class Criterion(models.Model):
    """One thing that speaks for a lead: an answer or a field, compared with ``value`` (a list for "one of", a number
    for "at least"), worth ``points``; a must-have qualifies nobody alone, but without it nobody qualifies."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="criteria")
    label = models.CharField(max_length=200)
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="criteria")
    field = models.CharField(max_length=20, choices=FactField, blank=True)
    operator = models.CharField(max_length=10, choices=Operator, default=Operator.IN)
    value = models.JSONField(default=list, blank=True)
    points = models.IntegerField(default=0)
    must_have = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "criteria"
        constraints = [
            models.CheckConstraint(
                name="criterion_looks_at_one_thing",
                condition=Q(question__isnull=False, field="") | (Q(question=None) & ~Q(field="")),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Decision(AppendOnly):
    """One evaluation. ``facts`` is the snapshot it used, ``results`` one entry per criterion."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="decisions")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    qualified = models.BooleanField()
    score = models.IntegerField()
    facts = models.JSONField()
    results = models.JSONField()

    class Meta:
        ordering = ["decided_at", "pk"]
        indexes = [models.Index(name="decision_newest", fields=["lead", "policy", "-decided_at"])]

    def __str__(self) -> str:
        return f"{self.policy}: {'qualified' if self.qualified else 'not qualified'} ({self.score})"
