"""Statements that are sent for each mail, made once: Django takes longer to make them than the database to answer."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

Values = Mapping[str, Any]


def update_rows(model: type[Model], where: Values, values: Values) -> int:
    """How many changed. ``where``: each field equals its value; None is NULL."""
    statement, conditions = _statement(
        model,
        tuple(values),
        tuple(name for name in where if where[name] is not None),
        tuple(name for name in where if where[name] is None),
    )
    given = [_prepared(_field(model, name), value) for name, value in values.items()]
    asked = [_prepared(_field(model, name), where[name]) for name in conditions]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, *asked])
        return int(cursor.rowcount)


@cache
def _statement(
    model: type[Model], values: tuple[str, ...], equal: tuple[str, ...], null: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    changes = ", ".join(f"{_column(model, name)} = %s" for name in values)
    conditions = [f"{_column(model, name)} = %s" for name in equal]
    conditions += [f"{_column(model, name)} IS NULL" for name in null]
    table = connection.ops.quote_name(model._meta.db_table)
    # Names come from our models, values are parameters.
    return f"UPDATE {table} SET {changes} WHERE {' AND '.join(conditions)}", equal  # noqa: S608


def _column(model: type[Model], name: str) -> str:
    field = _field(model, name)
    return connection.ops.quote_name(str(field.column))


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return model._meta.pk if name == "pk" else model._meta.get_field(name)  # type: ignore[return-value]


def _prepared(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)
