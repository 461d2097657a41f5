"""The custom fields of a record, on its page."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import FilteredRelation, Model, Q

from crm.fields.definitions import COLUMNS, Definition, kind_of
from crm.fields.kinds import Option
from crm.fields.models import CustomField
from crm.fields.rows import STORED, from_columns
from crm.fields.values import display
from crm.people.models import User
from crm.web.slots import Section

_VALUE = ("value__pk", *(f"value__{name}" for name in STORED), "value__choice__value", "value__choice__label")


@dataclass(frozen=True)
class Shown:
    """``text`` "" while nothing is known."""

    definition: Definition
    text: str


def sections(record: object, *, user: User) -> Iterator[Section]:
    if isinstance(record, Model) and (kind := kind_of(record)) and (shown := list(_shown(record, kind, user))):
        yield Section(5, "fields/facts.html", {"fields": shown})


def _shown(record: Model, kind: str, user: User) -> Iterator[Shown]:
    """The fields that the user may see, in their order, each with its value: one query, which reads only the choices
    that were chosen."""
    values = f"{record._meta.app_label}_values"
    fields = CustomField.objects.seen_by(user).filter(record_kind=kind, active=True)
    rows = (
        fields.annotate(value=FilteredRelation(values, condition=Q(**{f"{values}__record": record.pk})))
        .order_by("position", "pk", "value__choice__position", "value__choice__pk")
        .values_list(*COLUMNS, *_VALUE)
    )
    for _, group in groupby(rows, key=itemgetter(0)):
        yield _of(list(group))


def _of(rows: list[tuple[Any, ...]]) -> Shown:
    given = dict(zip(COLUMNS, rows[0], strict=False))
    found = [row[len(COLUMNS) :] for row in rows]
    options = tuple(Option(value, label, pk=choice) for _, choice, *_, value, label in found if choice is not None)
    definition = Definition(options=options, **given)
    known, *_ = found[0]
    if known is None:
        return Shown(definition, "")
    return Shown(definition, display(definition, from_columns(definition, [row[1:-2] for row in found])))
