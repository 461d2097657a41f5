"""UPDATE of the rows of one model that have some values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from crm.web.quick.columns import column, database, field_of, prepared, table
from crm.web.quick.running import run
from crm.web.quick.statements import Statement

Values = Mapping[str, Any]
Shape = tuple[tuple[str, int], ...]  # of conditions: the field, and how many values; 0 is NULL


@dataclass(frozen=True)
class More:
    """In an update: so much more than there is."""

    by: int = 1


def update_rows(model: type[Model], where: Values, values: Values) -> int:
    """How many changed. ``where``: each field equals its value; None is NULL, a tuple any of its values. ``values``
    may be ``More``."""
    return run([updating(model, where, values)])[0].count


def updating(model: type[Model], where: Values, values: Values, *, if_any: Statement | None = None) -> Statement:
    """As ``update_rows``. ``if_any``: only where this query finds any."""
    shape = tuple((name, _how_many(value)) for name, value in where.items())
    to = database()
    given = (_given(field_of(model, name), value, to) for name, value in values.items())
    asked = (prepared(field_of(model, name), value, to) for name in where for value in _each(where[name]))
    changes = tuple((name, isinstance(value, More)) for name, value in values.items())
    sql = _update(model, changes, shape)
    if if_any is None:
        return Statement(sql, chain(given, asked))
    return Statement(f"{sql} AND EXISTS ({if_any.sql})", chain(given, asked, if_any.parameters))


@cache
def _update(model: type[Model], values: tuple[tuple[str, bool], ...], shape: Shape) -> str:
    changes = ", ".join(_change(column(model, name), more) for name, more in values)
    conditions = " AND ".join(f"{column(model, name)} {_compared(many)}" for name, many in shape)
    # Names come from our models, values are parameters.
    return f"UPDATE {table(model)} SET {changes} WHERE {conditions}"  # noqa: S608


def _change(name: str, more: bool) -> str:
    return f"{name} = {name} + %s" if more else f"{name} = %s"


def _compared(many: int) -> str:
    return f"IN ({', '.join(['%s'] * many)})" if many else "IS NULL"


def _how_many(value: Any) -> int:
    return 0 if value is None else len(_each(value))


def _each(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _given(one: Any, value: Any, to: BaseDatabaseWrapper) -> Any:
    if isinstance(value, More):
        return value.by
    return prepared(one, value.pk if isinstance(value, Model) else value, to)
