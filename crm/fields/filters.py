"""Lists narrowed to records by their custom fields. Each look-up is one index range of the table of values."""

from collections.abc import Iterable, Iterator
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Model, Q, QuerySet

from crm.fields import time_frames
from crm.fields.definitions import Definition, definitions, kind_of
from crm.fields.kinds import FieldKind
from crm.fields.services.values import value_model
from crm.web.searching import fold

NONE = "-"  # the value of no choice
UNKNOWN = [(NONE, "Not known")]


class ByValue(filters.Filter):
    """``field_name`` is the column of the value; ``definition`` says of which field."""

    def __init__(self, definition: Definition, column: str, lookup: str, **options: Any) -> None:
        self.definition = definition
        super().__init__(column, lookup, **options)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value in (None, "") else qs.filter(self.records(qs.model, value))

    def records(self, model: type[Model], value: Any) -> Q:
        """Those of ``model``, or rows with their ids, that have ``value``."""
        rows = value_model(model)._default_manager.filter(field=self.definition.pk)
        if value == NONE:
            return ~Q(pk__in=rows.values("record"))
        return Q(pk__in=rows.filter(self.condition(value)).values("record"))

    def condition(self, value: Any) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})


class ChoiceFilter(ByValue, filters.ChoiceFilter):
    """One of the choices, also one that is no longer offered; or that nothing is known."""


class NumberFilter(ByValue, filters.NumberFilter):
    """Its digits are bounded as the column's are."""

    def get_max_validator(self) -> None:
        return None


class DateFilter(ByValue, filters.DateFilter):
    pass


class TextFilter(ByValue, filters.CharFilter):
    """Every word of it."""

    def condition(self, value: Any) -> Q:
        return Q(*(Q(text_key__contains=word) for word in fold(value).split()[:8]))


class WithinFilter(ChoiceFilter):
    """A time frame that ends by then; "no plan" is within nothing."""

    def condition(self, value: Any) -> Q:
        return Q(number__lte=int(value))


def filters_for(definition: Definition) -> Iterator[tuple[str, filters.Filter]]:
    """Names in the address, and what they narrow to."""
    name, label = definition.name, definition.label
    match definition.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            choices = [(option.value, option.label) for option in definition.options]
            yield name, ChoiceFilter(definition, "choice__value", "exact", label=label, **_listed(choices))
        case FieldKind.BOOLEAN:
            yield name, ChoiceFilter(definition, "number", "exact", label=label, **_listed([("1", "Yes"), ("0", "No")]))
        case FieldKind.NUMBER | FieldKind.MONEY:
            for end, lookup, word in (("min", "gte", "from"), ("max", "lte", "to")):
                digits = {"max_digits": 15, "decimal_places": 4}
                yield f"{name}_{end}", NumberFilter(definition, "number", lookup, label=f"{label} {word}", **digits)
        case FieldKind.DATE:
            for end, lookup, word in (("from", "gte", "from"), ("until", "lte", "until")):
                day = forms.DateInput(attrs={"type": "date"})
                yield f"{name}_{end}", DateFilter(definition, "day", lookup, label=f"{label} {word}", widget=day)
        case FieldKind.TIME_FRAME:
            steps = [(value, step) for value, step in time_frames.STEPS if value != time_frames.NO_PLAN]
            yield name, WithinFilter(definition, "number", "lte", label=label, **_listed(steps))
        case FieldKind.TEXT:
            yield name, TextFilter(definition, "text_key", "contains", label=label, max_length=100)


def _listed(choices: list[tuple[str, str]]) -> dict[str, Any]:
    return {"choices": [*UNKNOWN, *choices], "empty_label": "Any"}


class CustomFilters(filters.FilterSet):
    """Adds a filter for each custom field that the request's user may see; of others the address says nothing."""

    definitions: list[Definition]

    def __init__(self, data: Any = None, queryset: Any = None, *, request: Any = None, prefix: Any = None) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        kind = kind_of(self.queryset.model)
        self.definitions = definitions(str(kind), user=request.user) if kind and request else []
        add_filters(self, self.definitions)


def add_filters(filterset: filters.FilterSet, found: Iterable[Definition]) -> None:
    """To this one alone, not to its class."""
    for definition in found:
        for name, one in filters_for(definition):
            one.parent, one.model = filterset, filterset.queryset.model
            filterset.filters[name] = one
