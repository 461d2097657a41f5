"""Pipelines, their stages, and what a stage demands of an opportunity."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from crm.contacts.buying_roles import BuyingRole
from crm.fields.models import CustomField


class Status(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class ForecastCategory(models.TextChoices):
    """How sure we are that it closes in its period. Closed ones have none."""

    COMMIT = "commit", "Commit"
    BEST_CASE = "best_case", "Best case"
    PIPELINE = "pipeline", "Pipeline"
    OMITTED = "omitted", "Left out"


DECIDES = (BuyingRole.DECISION_MAKER, BuyingRole.ECONOMIC_BUYER)


class DemandedField(models.TextChoices):
    AMOUNT = "amount", "Amount"
    NEXT_STEP = "next_step", "Next step"
    NEXT_STEP_ON = "next_step_on", "Day of the next step"
    SOURCE = "source", "Source"
    CAMPAIGN = "campaign", "Campaign"
    COMPETITORS = "competitors", "Competitors"


class Pipeline(models.Model):
    name = models.CharField(max_length=100, unique=True)
    is_default = models.BooleanField(default=False, help_text="New opportunities start in this one.")

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
    forecast_category = models.CharField(
        max_length=10, choices=ForecastCategory, default=ForecastCategory.PIPELINE, verbose_name="forecast"
    )

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

    def clean(self) -> None:
        """Opportunities repeat their stage's status, so a stage that was used keeps it."""
        before = PipelineStage.objects.filter(pk=self.pk).exclude(status=self.status)
        if self.pk and before.filter(opportunities__isnull=False).exists():
            raise ValidationError({"status": "There are opportunities in this stage: add another stage instead."})


class StageDemand(models.Model):
    """What has to be known before an opportunity enters ``stage`` or a later one, won included, lost not: one field,
    one custom field of opportunities, or one buying role."""

    stage = models.ForeignKey(PipelineStage, models.CASCADE, related_name="demands")
    role = models.CharField("buying role", max_length=20, choices=BuyingRole, blank=True)
    field = models.CharField(max_length=80, blank=True)
    custom_field = models.ForeignKey(CustomField, models.PROTECT, null=True, blank=True, related_name="stage_demands")

    class Meta:
        ordering = ["stage", "pk"]
        constraints = [
            models.CheckConstraint(
                name="stage_demands_one_thing",
                condition=(Q(role="", custom_field=None) & ~Q(field=""))
                | (~Q(role="") & Q(field="", custom_field=None))
                | Q(role="", field="", custom_field__isnull=False),
            ),
            models.UniqueConstraint(
                name="stage_demands_each_thing_once",
                fields=["stage", "role", "field"],
                condition=Q(custom_field=None),
            ),
            models.UniqueConstraint(name="stage_demands_each_field_once", fields=["stage", "custom_field"]),
        ]

    def __str__(self) -> str:
        if self.role:
            return self.get_role_display()
        if self.custom_field:
            return self.custom_field.label
        return DemandedField(self.field).label if self.field in DemandedField else self.field
