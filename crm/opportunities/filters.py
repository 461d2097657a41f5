"""What a list of opportunities can be narrowed to."""

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.campaigns.models import Path, Source
from crm.opportunities.forecasting import category
from crm.opportunities.models import (
    CloseReason,
    Competitor,
    ForecastCategory,
    Opportunity,
    PipelineStage,
    Status,
)
from crm.opportunities.today import first_of_next_month
from crm.people.filters import OwnerFilter
from crm.people.models import User
from crm.web.filters import SearchFilter, View, ViewFilter, day_range

SEARCHED = ("name", "account__name")
OPEN = Q(status=Status.OPEN)


def _closing(user: User) -> Q:
    return OPEN & Q(close_date__lt=first_of_next_month(timezone.localdate()))


def _overdue(user: User) -> Q:
    return OPEN & ~Q(next_step="") & Q(next_step_on__lt=timezone.localdate())


VIEWS = {
    "open": View("Open", lambda user: OPEN),
    "mine": View("Mine", lambda user: OPEN & Q(owner=user)),
    "closing": View("Closing this month", _closing),
    "no-next-step": View("No next step", lambda user: OPEN & Q(next_step="")),
    "overdue": View("Next step overdue", _overdue),
    "won": View("Won", lambda user: Q(status=Status.WON)),
    "lost": View("Lost", lambda user: Q(status=Status.LOST)),
}


class OpportunityFilter(filters.FilterSet):
    view = ViewFilter(VIEWS)
    search = SearchFilter(fields=SEARCHED, placeholder="Opportunity, account")
    stage = filters.ModelChoiceFilter(
        queryset=PipelineStage.objects.select_related("pipeline"), empty_label="Any stage"
    )
    path = filters.ChoiceFilter(choices=Path, empty_label="Any path")
    source = filters.ModelChoiceFilter(queryset=Source.objects.all(), empty_label="Any source")
    owner = OwnerFilter()
    forecast = filters.ChoiceFilter(choices=ForecastCategory, empty_label="Any forecast", method="forecast_as")
    competitor = filters.ModelChoiceFilter(
        field_name="competitors", queryset=Competitor.objects.all(), empty_label="Any competitor"
    )
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
