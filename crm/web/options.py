"""What filters offer to choose from, all of a page's in one query: pages have few to spare."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.forms import Field
from django.utils.functional import cached_property

NONE = "none"


@dataclass(frozen=True)
class Option:
    """``value`` is what the URL says, ``key`` what the command line and JSON say."""

    kind: str
    value: str
    key: str
    label: str


# Kind to the queries for its options, each made by ``records``.
Kinds = Mapping[str, Callable[[], list[QuerySet[Any]]]]


def records(kind: str, found: QuerySet[Any], value: Any, key: Any, label: Any, *, rank: Any = None) -> QuerySet[Any]:
    """``rank``: a number by which they stand, else their labels do."""
    columns = {"_kind": Value(kind), "_value": value, "_key": key, "_label": label}
    texts = {name: Cast(column, TextField()) for name, column in columns.items()}
    place = Cast(rank if rank is not None else Value(0), IntegerField())
    return found.order_by().annotate(**texts, _rank=place).values_list(*texts, "_rank")


def joined(*parts: Any) -> Concat:
    """One text of several columns and values."""
    return Concat(*parts, output_field=TextField())


def options(kinds: Kinds, wanted: Collection[str]) -> dict[str, list[Option]]:
    """By kind, in their order."""
    if not wanted:
        return {}
    first, *others = (found for kind in sorted(wanted) for found in kinds[kind]())
    rows: dict[str, list[tuple[int, Option]]] = {kind: [] for kind in wanted}
    for kind, value, key, label, rank in first.union(*others, all=True):
        rows[kind].append((rank, Option(kind, value, key, label or key)))
    in_order = {kind: sorted(found, key=lambda row: (row[0], row[1].label.casefold())) for kind, found in rows.items()}
    return {kind: [option for _, option in found] for kind, found in in_order.items()}


class OptionFilter(filters.ChoiceFilter):
    """One of the records of a kind, ``any_label`` for all, ``none_label`` for those without one."""

    def __init__(self, kind: str, *, any_label: str, none_label: str = "", **kwargs: Any) -> None:
        self.kind, self.none_label = kind, none_label
        refusal = {"invalid_choice": f"“%(value)s” is not one of the {kind}s."}
        super().__init__(empty_label=any_label, choices=[], error_messages=refusal, **kwargs)

    @property
    def field(self) -> Field:
        none = [(NONE, self.none_label)] if self.none_label else []
        known = [(str(option.value), option.label) for option in self.parent.options.get(self.kind, [])]
        self.extra["choices"] = [*none, *known]
        return super().field

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(**{self.field_name: None if value == NONE else value})


class OptionFilters(filters.FilterSet):
    """For filter sets with ``OptionFilter``."""

    OPTIONS: ClassVar[Kinds] = {}

    @cached_property
    def options(self) -> dict[str, list[Option]]:
        wanted = {each.kind for each in self.base_filters.values() if isinstance(each, OptionFilter)}
        return options(self.OPTIONS, wanted)
