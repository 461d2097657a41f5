"""Filters that say which leads are meant, the same in the list of leads and in every report, so that a figure of a
report links to exactly the leads it counts."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

from crm.campaigns.models import Campaign, Path, Source
from crm.opportunities.models import Status
from crm.people.models import Company
from leads.models.lead import LeadQuerySet

NONE = "none"
NOT_YET_WITH_SALES = "Not yet with sales"
WON = Q(conversion__opportunity__status=Status.WON)


class DayFilter(filters.DateFilter):
    """A day of our times, so that the midnight before or after it exists in every zone."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(validators=bounds, widget=widget, **kwargs)


class _ListedOnce(ModelChoiceIterator):
    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        yield self.field.null_value, self.field.null_label
        yield from map(self.choice, self.queryset)


class _RecordField(ModelChoiceField):
    """Reads its records once, for showing them and for finding the chosen one: pages have few queries to spare."""

    iterator = _ListedOnce

    def to_python(self, value: Any) -> Any:
        if value in (None, "", self.null_value):
            return value or None
        chosen = next((record for record in self.queryset or () if str(record.pk) == str(value)), None)
        if chosen is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return chosen


class RecordFilter(filters.ModelChoiceFilter):
    """One of the records, ``any_label`` for all, ``none_label`` for those without one."""

    field_class = _RecordField

    def __init__(self, records: QuerySet[Any], *, any_label: str, none_label: str) -> None:
        super().__init__(queryset=records, empty_label=any_label, null_label=none_label, null_value=NONE)


class PopulationFilters(filters.FilterSet):
    since = DayFilter(label="First inquiry from", method="inquired_since")
    until = DayFilter(label="First inquiry until", method="inquired_until")
    source = RecordFilter(Source.objects.all(), any_label="Any source", none_label="No source")
    campaign = RecordFilter(Campaign.objects.all(), any_label="Any campaign", none_label="No campaign")
    path = filters.ChoiceFilter(
        choices=[(NONE, NOT_YET_WITH_SALES), *Path.choices], empty_label="Any path", method="reached_sales_by"
    )

    @cached_property
    def zone(self) -> ZoneInfo:
        """Days, weeks and months of reports are the company's, so that everybody sees the same figures."""
        return Company.current().zone

    def inquired_since(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(first_inquiry_at__gte=self._midnight(value))

    def inquired_until(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(first_inquiry_at__lt=self._midnight(value + timedelta(days=1)))

    def reached_sales_by(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(path="" if value == NONE else value)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)


class WonFilter(filters.ChoiceFilter):
    """By the opportunity that the lead was converted into, as the close rates count it."""

    def __init__(self) -> None:
        choices = [("yes", "Won"), ("no", "Not won")]
        super().__init__(label="Outcome", choices=choices, empty_label="Any outcome")

    def filter(self, qs: LeadQuerySet, value: str) -> LeadQuerySet:
        if not value:
            return qs
        return qs.filter(WON) if value == "yes" else qs.exclude(WON)
