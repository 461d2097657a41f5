"""Filters that say which leads are meant, the same in the list of leads and in every report, so that a figure of a
report links to exactly the leads it counts."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.functional import cached_property

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


class PopulationFilters(filters.FilterSet):
    since = DayFilter(label="First inquiry from", method="inquired_since")
    until = DayFilter(label="First inquiry until", method="inquired_until")
    source = filters.ModelChoiceFilter(
        queryset=Source.objects.all(), empty_label="Any source", null_label="No source", null_value=NONE
    )
    campaign = filters.ModelChoiceFilter(
        queryset=Campaign.objects.all(), empty_label="Any campaign", null_label="No campaign", null_value=NONE
    )
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
