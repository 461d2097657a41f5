"""Queries that are made into SQL once."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from crm.web.quick.statements import Answer, Statement

Query = Callable[..., "QuerySet[Any, Any]"]
M = TypeVar("M", bound=Model)
STAND_INS = (-7340033, -7340039, -7340047)  # that become texts where the column holds texts


def asking(rows: Query, *values: Any) -> Statement:
    """A query that is made into SQL by ``rows`` with stand-ins for ``values``: once for each ``rows``, which is a
    function of a module. Answers plain columns, or what ``instances_of`` reads."""
    sql, parameters = _query(rows, len(values))
    standing_in = dict(zip(map(str, STAND_INS), values, strict=False))
    return Statement(sql, [standing_in.get(str(one), one) for one in parameters])


def locking(model: type[Model], pk: int) -> Statement:
    """The row, locked until the transaction ends; ``instance_of`` reads it."""
    return Statement(_lock(model), [pk])


def instance_of(model: type[M], answer: Answer) -> M:
    """Raises DoesNotExist."""
    if not answer.rows:
        raise model.DoesNotExist(f"There is no such {model._meta.verbose_name}.")  # type: ignore[attr-defined]
    return next(instances_of(model, answer))


def instances_of(model: type[M], answer: Answer) -> Iterator[M]:
    """Of a query for whole rows of ``model``, without related ones."""
    names = [one.attname for one in model._meta.concrete_fields]
    for values in answer.rows:
        row = list(values)
        for place, expression, converters in _converters(model, connection.alias):
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        yield model.from_db(connection.alias, names, row)


@cache
def _lock(model: type[Model]) -> str:
    sql, _ = model._default_manager.select_for_update().filter(pk=0).order_by().query.sql_with_params()
    return sql


@cache
def _query(rows: Query, count: int) -> tuple[str, Sequence[Any]]:
    return rows(*STAND_INS[:count]).query.sql_with_params()


@cache
def _converters(model: type[Model], alias: str) -> list[tuple[int, Any, list[Any]]]:
    columns = [one.get_col(model._meta.db_table) for one in model._meta.concrete_fields]
    compiler = model._default_manager.all().query.get_compiler(alias)
    return [(place, column, convert) for place, (convert, column) in compiler.get_converters(columns).items()]
