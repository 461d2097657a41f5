"""What narrows a report. One FilterSet for page, export and command: what it does not know is refused, not ignored."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import django_filters as filters
from django.core.exceptions import ValidationError

from crm.people.models import User
from leads.models import Lead
from leads.models.lead import LeadQuerySet
from leads.populations import NONE, Basis, OptionFilter, PopulationFilters
from reports.forms import FilterForm
from reports.grouping import By


class LeadFilters(PopulationFilters):
    """``user`` (None: the command line) leaves out what that user cannot choose by."""

    by = filters.ChoiceFilter(label="Rows", choices=By.choices, method="leave", empty_label=None)
    owner = OptionFilter("rep", label="Rep", any_label="Anybody", none_label="Nobody", field_name="owner")
    groupings: tuple[By, ...]  # the first is the default
    # What says how to count, not whom.
    manner: ClassVar[tuple[str, ...]] = ("by",)

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

    def check(self) -> None:
        """Raises ValidationError: nothing is counted by filters that are not valid."""
        if not self.is_valid():
            raise ValidationError(self.form.errors.as_data())

    @property
    def grouping(self) -> str:
        return self._cleaned["by"] or self.groupings[0].value

    @property
    def by_close(self) -> bool:
        return self._cleaned.get("basis") == Basis.CLOSE

    @property
    def chosen(self) -> dict[str, Any]:
        """What narrows the report."""
        return {name: value for name, value in self._all.items() if name not in self.manner}

    @property
    def applied(self) -> dict[str, str]:
        """What was asked for beside the rows, as the command line takes it: keys and addresses, "" for none."""
        return {name: self._text(name, value) for name, value in self._all.items() if name != "by"}

    def setting(self, name: str) -> str:
        return self._cleaned.get(name) or ""

    def narrow(self, leads: LeadQuerySet) -> LeadQuerySet:
        return cast(LeadQuerySet, self.filter_queryset(leads)) if self.chosen else leads

    @property
    def _all(self) -> dict[str, Any]:
        given = {name: value for name, value in self._cleaned.items() if name != "by" and value}
        return given if given.get("basis") == Basis.CLOSE else {k: v for k, v in given.items() if k != "basis"}

    @property
    def _cleaned(self) -> dict[str, Any]:
        self.check()
        return self.form.cleaned_data

    def _text(self, name: str, value: Any) -> str:
        if value == NONE:
            return ""
        found = self.filters.get(name)
        known = self.options.get(found.kind, []) if isinstance(found, OptionFilter) else []
        return next((option.key for option in known if option.value == value), str(value))

    def leave(self, leads: LeadQuerySet, name: str, value: Any) -> LeadQuerySet:
        return leads
