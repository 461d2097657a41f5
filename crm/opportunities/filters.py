"""What a list of opportunities can be narrowed to."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.utils import timezone

from crm.campaigns.models import Path, Source
from crm.fields.filters import CustomFilters
from crm.opportunities.due import WITHOUT_NEXT_STEP, closing_this_month, next_step_overdue
from crm.opportunities.forecasting import category
from crm.opportunities.models import (
    CloseReason,
    Competitor,
    ForecastCategory,
    Opportunity,
    Pipeline,
    PipelineStage,
    Status,
)
from crm.people.filters import OwnerFilter
from crm.web.filters import SearchFilter, View, ViewFilter, day_range
from crm.web.options import Kinds, OptionFilter, OptionFilters, joined, records

SEARCHED = ("name", "account__name")
OPEN = Q(status=Status.OPEN)


VIEWS = {
    "open": View("Open", lambda user: OPEN),
    "mine": View("Mine", lambda user: OPEN & Q(owner=user)),
    "closing": View("Closing this month", lambda user: OPEN & closing_this_month(timezone.localdate())),
    "no-next-step": View("No next step", lambda user: OPEN & WITHOUT_NEXT_STEP),
    "overdue": View("Next step overdue", lambda user: OPEN & next_step_overdue(timezone.localdate())),
    "won": View("Won", lambda user: Q(status=Status.WON)),
    "lost": View("Lost", lambda user: Q(status=Status.LOST)),
}


def _competitors() -> list[QuerySet[Any]]:
    return [records("competitor", Competitor.objects.all(), "pk", "pk", "name")]


def _stages() -> list[QuerySet[Any]]:
    """Those of several pipelines one after the other, the default's first, and then with the pipeline's name."""
    place = F("position") + 1_000 * F("pipeline") - Case(When(pipeline__is_default=True, then=10**9), default=0)
    several = Exists(Pipeline.objects.exclude(pk=OuterRef("pipeline")))
    label = Case(
        When(several, then=joined("pipeline__name", Value(": "), "name")), default=F("name"), output_field=TextField()
    )
    return [records("stage", PipelineStage.objects.all(), "pk", "pk", label, rank=place)]


OPTIONS: Kinds = {
    "stage": _stages,
    "source": lambda: [records("source", Source.objects.all(), "pk", "key", "name")],
    "competitor": _competitors,
}


class OpportunityFilter(CustomFilters, OptionFilters):
    OPTIONS = OPTIONS
    view = ViewFilter(VIEWS)
    search = SearchFilter(fields=SEARCHED, placeholder="Opportunity, account")
    stage = OptionFilter("stage", label="Stage", any_label="Any stage")
    path = filters.ChoiceFilter(choices=Path, empty_label="Any path")
    source = OptionFilter("source", label="Source", any_label="Any source", none_label="No source")
    owner = OwnerFilter()
    forecast = filters.ChoiceFilter(
        label="Forecast", choices=ForecastCategory, empty_label="Any forecast", method="forecast_as"
    )
    competitor = OptionFilter("competitor", label="Competitor", any_label="Any competitor", field_name="competitors")
    because = filters.ModelChoiceFilter(
        field_name="closed_because", queryset=CloseReason.objects.all(), widget=forms.HiddenInput
    )
    amount_min = filters.NumberFilter("amount", "gte", label="Amount from")
    closes_from, closes_until = day_range("close_date", "Close date")

    def forecast_as(self, opportunities: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        return opportunities.open().annotate(category=category()).filter(category=value)  # type: ignore[attr-defined]

    class Meta:
        model = Opportunity
        fields: list[str] = []
