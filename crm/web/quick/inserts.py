"""INSERT of new rows of one model."""

from collections.abc import Collection, Sequence
from functools import cache
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from crm.web.quick.columns import column, database, prepared, quoted, table
from crm.web.quick.statements import Answer, Statement


def inserting(
    rows: Sequence[Model],
    *,
    unless: str = "",
    unless_any: Statement | None = None,
    newest: Collection[str] = (),
    patience: float = 0,
) -> Statement:
    """Answers their ids, which ``inserted`` writes into them. All are of one model, and all or none have an id.
    ``unless``: the unique constraint (or field) that a row must not break, else it is left out. ``unless_any``: nor is
    the one row where this query finds any. ``newest``: of these relations, the row that this connection inserted last.
    ``patience``: in seconds; on PostgreSQL the one row, and what follows in its transaction, wait so long for locks."""
    model, with_id = type(rows[0]), rows[0].pk is not None
    fields = [one for one in _written(model, with_id) if one.name not in newest]
    for row in rows:
        _fill_in(row)
    to = database()
    values = (prepared(one, one.pre_save(row, True), to) for row in rows for one in fields)
    query = unless_any.sql if unless_any else ""
    sql = _insert(model, with_id, len(rows), unless, tuple(newest), query, patience)
    return Statement(sql, chain(values, unless_any.parameters if unless_any else ()))


def inserted(rows: Sequence[Model], answer: Answer) -> bool:
    """Whether all were. Of those sent with ``unless`` some may not have been; which ones, nobody knows."""
    if len(answer.rows) != len(rows):
        return False
    for row, (pk,) in zip(rows, answer.rows, strict=True):
        row.pk = pk if row.pk is None else row.pk
        row._state.adding, row._state.db = False, connection.alias
    return True


def _fill_in(row: Any) -> None:
    if not row._state.adding:
        raise TypeError(f"{row!r} was inserted before")
    if fill_in := getattr(row, "fill_in", None):
        fill_in()


@cache
def _written(model: type[Model], with_id: bool) -> "list[Field[Any, Any]]":
    return [one for one in model._meta.concrete_fields if not one.generated and (with_id or not one.primary_key)]


@cache
def _insert(
    model: type[Model], with_id: bool, count: int, unless: str, newest: tuple[str, ...], query: str, patience: float
) -> str:
    fields = sorted(_written(model, with_id), key=lambda one: one.name in newest)
    values = ", ".join(_newest(one) if one.name in newest else "%s" for one in fields)
    columns = ", ".join(quoted(str(one.column)) for one in fields)
    given = _given(values, count, query, patience)
    but = _unless(model, unless) if unless else ""
    # Names come from our models, values are parameters.
    return f"INSERT INTO {table(model)} ({columns}) {given}{but} RETURNING {column(model, 'pk')}"


def _given(row: str, count: int, query: str, patience: float) -> str:
    if query:
        return f"SELECT {row} WHERE NOT EXISTS ({query})"
    if patience:
        return f"SELECT {row} FROM set_config('lock_timeout', '{int(patience * 1000)}ms', true)"  # noqa: S608
    return f"VALUES {', '.join([f'({row})'] * count)}"


def _unless(model: type[Model], name: str) -> str:
    """Both databases find the unique index by its columns and its condition."""
    one: Any = next((one for one in model._meta.constraints if one.name == name), None)
    if one is None:
        return f" ON CONFLICT ({column(model, name)}) DO NOTHING"
    condition = one._get_condition_sql(model, connection.schema_editor())
    columns = ", ".join(column(model, field) for field in one.fields)
    return f" ON CONFLICT ({columns}) {f'WHERE {condition} ' if condition else ''}DO NOTHING"


def next_id(model: type[Model]) -> str:
    """SQL of an id for a row that is inserted later. PostgreSQL."""
    return f"nextval({_sequence(model)})"


def _newest(one: "Field[Any, Any]") -> str:
    related: Any = one.related_model
    return f"currval({_sequence(related)})"


@cache
def _sequence(model: type[Any]) -> str:
    return f"pg_get_serial_sequence('{table(model)}', '{model._meta.pk.column}')"
