"""What narrows a report. One FilterSet for page, export and command: what it does not know is refused, not ignored."""

from collections.abc import Mapping
from typing import Any, cast

import django_filters as filters
from django.core.exceptions import ValidationError

from crm.campaigns.models import Campaign, Source
from crm.people.models import User
from leads.models import Lead
from leads.models.lead import LeadQuerySet
from leads.populations import NONE, PopulationFilters, RecordFilter
from reports.forms import FilterForm
from reports.grouping import By


class LeadFilters(PopulationFilters):
    """``user`` (None: the command line) leaves out what that user cannot choose by."""

    by = filters.ChoiceFilter(label="Rows", choices=By.choices, method="leave", empty_label=None)
    owner = RecordFilter(User.objects.all(), any_label="Anybody", none_label="Nobody")
    groupings: tuple[By, ...]  # the first is the default

    class Meta:
        model = Lead
        fields: list[str] = []
        form = FilterForm

    def __init__(self, data: Mapping[str, Any], *, user: User | None = None) -> None:
        super().__init__({"by": self.groupings[0].value, **dict(data.items())}, queryset=Lead.objects.none())
        self.filters["by"].extra["choices"] = [(by.value, by.label) for by in self.groupings]
        self.filters.move_to_end("by", last=False)
        if user and not user.is_manager:
            del self.filters["owner"]

    @property
    def grouping(self) -> str:
        return self._cleaned["by"] or self.groupings[0].value

    @property
    def chosen(self) -> dict[str, Any]:
        """What narrows the report."""
        return {name: value for name, value in self._cleaned.items() if name != "by" and value}

    @property
    def applied(self) -> dict[str, str]:
        """What narrows the report, as the command line takes it: keys and addresses, "" for none."""
        return {name: _text(value) for name, value in self.chosen.items()}

    def narrow(self, leads: LeadQuerySet) -> LeadQuerySet:
        return cast(LeadQuerySet, self.filter_queryset(leads)) if self.chosen else leads

    @property
    def _cleaned(self) -> dict[str, Any]:
        """Raises ValidationError: nothing is counted by filters that are not valid."""
        if not self.is_valid():
            raise ValidationError(self.form.errors.as_data())
        return self.form.cleaned_data

    def leave(self, leads: LeadQuerySet, name: str, value: Any) -> LeadQuerySet:
        return leads


class CloseRateFilters(LeadFilters):
    groupings = (By.PATH, By.SOURCE, By.CAMPAIGN, By.MONTH)


class MixFilters(LeadFilters):
    groupings = (By.WEEK, By.MONTH, By.SOURCE, By.CAMPAIGN, By.PATH)


def _text(value: Any) -> str:
    match value:
        case Source() | Campaign():
            return value.key
        case User():
            return value.email
    return "" if value == NONE else str(value)
