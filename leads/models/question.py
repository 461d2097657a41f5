"""Qualification questions, and what was answered."""

from django.db import models
from django.db.models import Q

from crm.fields.kinds import CHOICE_KINDS as CHOICE_KINDS
from crm.fields.kinds import FieldKind
from crm.opportunities.models import BuyingRole
from crm.people.models import User
from crm.web.models import AppendOnly
from leads.models.lead import Lead


class Dimension(models.TextChoices):
    NEED = "need", "Need"
    DESIRE = "desire", "Desire"
    TIME_FRAME = "time_frame", "Time frame"
    BUDGET = "budget", "Budget"
    AUTHORITY = "authority", "Authority"
    FIT = "fit", "Fit"
    ENGAGEMENT = "engagement", "Engagement"


# The same kinds as custom fields have.
QuestionKind = FieldKind


class Question(models.Model):
    key = models.SlugField(max_length=64, unique=True, help_text="Stays the same for ever: imports and the API use it.")
    text = models.CharField(max_length=300, help_text="As the prospect reads it.")
    help_text = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, choices=QuestionKind, default=QuestionKind.CHOICE)
    dimension = models.CharField(max_length=12, choices=Dimension)
    active = models.BooleanField(
        default=True, help_text="Switched off it is retired: nobody is asked any more, and its answers stay."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Choice(models.Model):
    """One possible answer, with what it means for an opportunity: how much, by when, in which buying role."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="choices")
    value = models.CharField(max_length=100)
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    days = models.PositiveIntegerField(null=True, blank=True, help_text="Days until the end of this time frame.")
    buying_role = models.CharField(max_length=20, choices=BuyingRole, blank=True)
    active = models.BooleanField("offered", default=True, help_text="Answers already given stay either way.")

    class Meta:
        ordering = ["question", "position", "pk"]
        constraints = [models.UniqueConstraint(name="choice_value_is_unique", fields=["question", "value"])]

    def __str__(self) -> str:
        return self.label


class Provenance(models.TextChoices):
    FORM = "form", "Prospect, by form"
    LINK = "link", "Prospect, by e-mail link"
    CALL = "call", "Rep, on a call"
    RESEARCH = "research", "Rep, by research"
    IMPORT = "import", "Import"
    API = "api", "API"


class Answer(AppendOnly):
    """What was said. Never overwritten: the newest counts. ``value`` is JSON as ``leads.answers`` makes it."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="answers", db_index=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    value = models.JSONField()
    provenance = models.CharField(max_length=10, choices=Provenance)
    answered_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    inquiry = models.ForeignKey("leads.Inquiry", models.PROTECT, null=True, related_name="answers")

    class Meta:
        ordering = ["answered_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="rep_answer_names_the_rep",
                condition=~Q(provenance__in=["call", "research"]) | Q(by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="answer_newest", fields=["lead", "question", "-answered_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"
