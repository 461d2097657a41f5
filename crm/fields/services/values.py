"""Verbs on the values of custom fields. The record they belong to is locked by the caller, whose transaction it is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import F, Model, Q

from crm.fields.definitions import Definition, kind_of, read
from crm.fields.models import CustomField, FieldValue
from crm.fields.rows import STORED, from_columns, to_columns
from crm.people.models import User
from crm.web.writing import insert

# JSON by field, as ``crm.fields.rows.clean`` gives it; None where there is none.
Values = Mapping[Definition, Any]


def value_model(record: Model | type[Model]) -> Any:
    """The ``FieldValue`` of such records."""
    return record._meta.get_field("custom_values").related_model


def change_model(record: Model | type[Model]) -> Any:
    return record._meta.get_field("custom_changes").related_model


def values_of(
    model: type[Model], pks: Iterable[int], definitions: Iterable[Definition]
) -> dict[int, dict[Definition, Any]]:
    """What is known, by record; one query for any number of records, none where nothing is asked for."""
    wanted, pks = {definition.pk: definition for definition in definitions}, list(pks)
    if not wanted or not pks:
        return {}
    rows = value_model(model)._default_manager.filter(record__in=pks, field__in=wanted)
    found: dict[int, dict[Definition, Any]] = {}
    stored = rows.order_by("record_id", "field_id").values_list("record_id", "field_id", *STORED)
    for (record, field), group in groupby(stored, key=itemgetter(0, 1)):
        values = from_columns(wanted[field], [row[2:] for row in group])
        found.setdefault(record, {})[wanted[field]] = values
    return found


def values_of_one(record: Model, definitions: Iterable[Definition]) -> dict[Definition, Any]:
    return values_of(type(record), [record.pk], definitions).get(record.pk, {})


def write_values(*, record: Model, values: Values, by: User | None, now: datetime) -> list[Definition]:
    """What is written replaces what was; None takes a value out. Every change is recorded. Returns the fields that
    changed."""
    before = values_of_one(record, values)
    changed = {field: value for field, value in values.items() if value != before.get(field)}
    _replace(record, changed, had=[field for field in changed if field in before])
    _record(record, {field: (before.get(field), value) for field, value in changed.items()}, by, now)
    return list(changed)


def fill_values(*, record: Any, values: Values, by: User | None, now: datetime) -> list[int]:
    """As ``write_values``, only where the record has no value yet, and counted as a change of it: a form that was open
    meanwhile is told. Returns the ids of the new rows."""
    known = values_of_one(record, values)
    lacking = {field: value for field, value in values.items() if field not in known and value is not None}
    if not lacking:
        return []
    record.version += 1
    type(record)._default_manager.filter(pk=record.pk).update(version=F("version") + 1)
    _record(record, {field: (None, value) for field, value in lacking.items()}, by, now)
    return [row.pk for row in _replace(record, lacking)]


def begin_with(*, record: Model, values: Values) -> None:
    """The first values of a record that was made in this transaction: no change of anything."""
    insert(_rows(record, values))


def take_back(*, record: Model, ids: Iterable[int], by: User | None, now: datetime) -> None:
    """Rows that ``fill_values`` made, where nobody changed the value since: then the row is another one."""
    rows = value_model(record)._default_manager.filter(record=record.pk, pk__in=ids)
    fields = set(rows.values_list("field", flat=True))
    if not fields:
        return
    known = values_of_one(record, of_fields(record, fields))
    rows.delete()
    _record(record, {field: (value, None) for field, value in known.items()}, by, now)


def of_fields(record: Model, ids: Iterable[int]) -> list[Definition]:
    """Also those that were retired since."""
    fields = CustomField.objects.filter(record_kind=kind_of(record), pk__in=ids)
    return read(fields.order_by("position", "pk", "choices__position", "choices__pk"))


def _replace(record: Model, values: Values, *, had: Iterable[Definition] = ()) -> list[FieldValue]:
    """All rows of a value anew, so that a row that is still there was not changed."""
    model = value_model(record)
    if old := [field.pk for field in had]:
        model._default_manager.filter(Q(field__in=old), record=record.pk).delete()
    return list(model._default_manager.bulk_create(_rows(record, values)))


def _rows(record: Model, values: Values) -> list[FieldValue]:
    model = value_model(record)
    return [
        model(record_id=record.pk, field_id=field.pk, kind=field.kind, **columns)
        for field, value in values.items()
        if value is not None
        for columns in to_columns(field, value)
    ]


def _record(record: Model, changes: Mapping[Definition, tuple[Any, Any]], by: User | None, now: datetime) -> None:
    model = change_model(record)
    insert(
        model(record_id=record.pk, field_id=field.pk, before=before, after=after, by=by, at=now)
        for field, (before, after) in changes.items()
    )
