"""What narrows a report. One FilterSet for page, export and command: what it does not know is refused, not ignored."""

from datetime import datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import django_filters as df
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from crm.campaigns.models import Campaign, Path, Source
from crm.people.models import Company, User
from leads.models import Lead
from leads.models.lead import LeadQuerySet
from reports.forms import FilterForm
from reports.grouping import NOT_YET, By

NONE = "null"


class DateInput(forms.DateInput):
    input_type = "date"


class LeadFilters(df.FilterSet):
    """``user`` leaves out what the user must not choose by."""

    by = df.ChoiceFilter(label="Rows", choices=By.choices, method="leave", empty_label=None)
    since = df.DateFilter(label="First inquiry from", method="inquired_since", widget=DateInput)
    until = df.DateFilter(label="until", method="inquired_until", widget=DateInput)
    source = df.ModelChoiceFilter(queryset=Source.objects.all(), empty_label="All", null_label="No source")
    campaign = df.ModelChoiceFilter(queryset=Campaign.objects.all(), empty_label="All", null_label="No campaign")
    path = df.ChoiceFilter(
        choices=Path.choices, empty_label="All", null_label=NOT_YET, null_value=NONE, method="reached_sales_by"
    )
    owner = df.ModelChoiceFilter(queryset=User.objects.all(), empty_label="All", null_label="Nobody")
    default_by: By

    class Meta:
        model = Lead
        fields: list[str] = []
        form = FilterForm

    def __init__(self, data: Any = None, *, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if user and not user.is_manager:
            del self.filters["owner"]
        self.filters["by"].extra["initial"] = self.default_by

    @cached_property
    def zone(self) -> ZoneInfo:
        """Days, weeks and months are the company's, so that everybody sees the same figures."""
        return Company.current().zone

    @property
    def grouping(self) -> str:
        return self.form.cleaned_data["by"] or self.default_by

    @property
    def applied(self) -> dict[str, str]:
        """What narrows the report, as the command line takes it: keys and addresses, "" for none."""
        chosen = {name: value for name, value in self.form.cleaned_data.items() if name != "by" and value}
        return {name: _text(value) for name, value in chosen.items()}

    def narrow(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Must be valid."""
        if not self.is_valid():
            raise ValidationError(self.form.errors.as_data())
        return cast(LeadQuerySet, self.filter_queryset(leads))

    def leave(self, leads: LeadQuerySet, name: str, value: Any) -> LeadQuerySet:
        return leads

    def inquired_since(self, leads: LeadQuerySet, name: str, value: Any) -> LeadQuerySet:
        return leads.filter(first_inquiry_at__gte=self._midnight(value))

    def inquired_until(self, leads: LeadQuerySet, name: str, value: Any) -> LeadQuerySet:
        return leads.filter(first_inquiry_at__lt=self._midnight(value + timedelta(days=1)))

    def reached_sales_by(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(path="" if value == NONE else value)

    def _midnight(self, day: Any) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)


class CloseRateFilters(LeadFilters):
    default_by = By.PATH


class MixFilters(LeadFilters):
    default_by = By.WEEK


def _text(value: Any) -> str:
    match value:
        case Source() | Campaign():
            return value.key
        case User():
            return value.email
    return "" if value == NONE else str(value)
