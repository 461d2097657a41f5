"""What narrows a report. One FilterSet for page, export and command: what it does not know is refused, not ignored."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property

from crm.campaigns.models import Path
from crm.fields.definitions import definitions
from crm.fields.filters import ByValue, add_filters
from crm.fields.models import RecordKind
from crm.people.models import Company, User
from leads.models import Choice, Lead, Question
from leads.models.lead import LeadQuerySet
from leads.populations import NONE, Basis, OptionFilter, PopulationFilters, Reached
from reports.facts.columns import FURTHEST, Yardsticks
from reports.forms import FilterForm
from reports.grouping import By


class LeadFilters(PopulationFilters):
    """``user`` (None: the command line) leaves out what that user cannot choose by. Custom fields of the lead narrow
    reports by the names that they have in the list of leads."""

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
        if len(self.groupings) == 1:
            self.filters["by"].extra["widget"] = forms.HiddenInput
        self.filters.move_to_end("by", last=False)
        if user and not user.is_manager:
            del self.filters["owner"]
        add_filters(self, definitions(RecordKind.LEAD, user=user))

    def check(self) -> None:
        """Raises ValidationError: nothing is counted by filters that are not valid."""
        if not self.is_valid():
            raise ValidationError(self.form.errors.as_data())

    @cached_property
    def yardsticks(self) -> Yardsticks:
        return Yardsticks(Company.current())

    @property
    def zone(self) -> Any:
        return self.yardsticks.zone

    @property
    def currency(self) -> str:
        return self.yardsticks.currency

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

    @cached_property
    def condition(self) -> Q:
        """What a lead's facts must be like."""
        return self.condition_without()

    def condition_without(self, *names: str) -> Q:
        """For reports that have their own meaning for some filters."""
        found = Q()
        for name, value in self.chosen.items():
            if name not in names:
                found &= self._condition(name, value)
        return found

    def _condition(self, name: str, value: Any) -> Q:
        custom = self.filters[name]
        return custom.records(Lead, value) if isinstance(custom, ByValue) else CONDITIONS[name](self, value)

    @property
    def day(self) -> str:
        """The fact that a period is about."""
        return "closed_on" if self.by_close else "began_on"

    @property
    def _all(self) -> dict[str, Any]:
        given = {name: value for name, value in self._cleaned.items() if name != "by" and value not in (None, "")}
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


Condition = Callable[[LeadFilters, Any], Q]


def _one(field: str) -> Condition:
    return lambda filters, value: Q(**{field: None if value == NONE else value})


def _reached(filters: LeadFilters, value: str) -> Q:
    if value == Reached.ENGAGED:
        return Q(engaged=True)
    return QUALIFIED if value == Reached.QUALIFIED else Q(furthest__gte=FURTHEST[value])


def _answered(filters: LeadFilters, value: str) -> Q:
    """The newest answer to the question counts."""
    question, _, said = value.partition(":")
    if not said:
        return ~Q(exposed__contains=f"q{Question.objects.get(key=question).pk},")
    return Q(said__contains=f"c{Choice.objects.get(question__key=question, value=said).pk},")


QUALIFIED = ~Q(path__in=["", Path.UNQUALIFIED])
# The same as the filters of the list of leads say of the records.
CONDITIONS: dict[str, Condition] = {
    "since": lambda filters, value: Q(**{f"{filters.day}__gte": value}),
    "until": lambda filters, value: Q(**{f"{filters.day}__lte": value}),
    "basis": lambda filters, value: Q(closed_on__isnull=False),
    "source": _one("source"),
    "campaign": _one("campaign"),
    "form": _one("form"),
    "territory": _one("territory"),
    "team": _one("of_team"),
    "owner": _one("owner"),
    "path": lambda filters, value: Q(path="" if value == NONE else value),
    "answer": _answered,
    "reached": _reached,
    "arm": lambda filters, value: Q(arms__contains=f"a{value},"),
    "dated": lambda filters, value: Q(began_on=None),
}
