"""Custom fields as plain data: what forms, filters, columns and services work with."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Model

from crm.fields.kinds import Asked, FieldKind, Option
from crm.fields.models import CustomField, RecordKind
from crm.people.models import User
from crm.web.holding import held

PREFIX = "custom_"
COLUMNS = ("pk", "record_kind", "key", "kind", "label", "help_text", "required", "listed", "target")
_CHOICE = ("choices__pk", "choices__value", "choices__label", "choices__active")


@dataclass(frozen=True, kw_only=True)
class Definition(Asked):
    """``target``: the id of the field that it fills on conversion."""

    pk: int
    record_kind: str
    key: str
    required: bool = False
    listed: bool = False
    target: int | None = None

    def __hash__(self) -> int:
        return self.pk

    @property
    def name(self) -> str:
        """In forms, filters, columns and addresses."""
        return f"{PREFIX}{self.key}"

    @property
    def sortable(self) -> bool:
        return self.kind != FieldKind.CHOICES


def kind_of(model: type[Model] | Model) -> RecordKind | None:
    """None for a model that has no custom fields."""
    name = str(model._meta.model_name)
    return RecordKind(name) if name in RecordKind.values else None


@held
def definitions(record_kind: str, *, user: User | None) -> list[Definition]:
    """The active fields that ``user`` may see, None for all, with their choices, in their order: one query."""
    fields = CustomField.objects.seen_by(user).filter(record_kind=record_kind, active=True)
    return read(fields.order_by("position", "pk", "choices__position", "choices__pk"))


def read(fields: Any, *, required: str = "required") -> list[Definition]:
    """``fields``: ordered so that the choices of each are together. ``required``: the column that says so."""
    rows = fields.values_list(*(required if name == "required" else name for name in COLUMNS), *_CHOICE)
    return [_definition(list(group)) for _, group in groupby(rows, key=itemgetter(0))]


def _definition(rows: list[tuple[Any, ...]]) -> Definition:
    choices = (row[len(COLUMNS) :] for row in rows)
    options = tuple(Option(value, label, active, pk) for pk, value, label, active in choices if pk is not None)
    return Definition(options=options, **dict(zip(COLUMNS, rows[0], strict=False)))


def definition_of(field: CustomField) -> Definition:
    """``field`` with its choices, prefetched where there are many."""
    options = tuple(Option(one.value, one.label, one.active, one.pk) for one in field.choices.all())
    given = {name: getattr(field, name) for name in COLUMNS if name != "target"}
    return Definition(options=options, target=field.target_id, **given)


def by_key(found: Iterable[Definition]) -> dict[str, Definition]:
    return {definition.key: definition for definition in found}
