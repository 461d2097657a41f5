"""Statements that are sent very often, made once and sent together: Django takes longer to make one than the database
to answer it, and each answer is waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

Values = Mapping[str, Any]
Shape = tuple[tuple[str, int], ...]  # of conditions: the field, and how many values; 0 is NULL
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Statement:
    sql: str
    parameters: Sequence[Any]


@dataclass(frozen=True)
class Answer:
    count: int
    rows: list[tuple[Any, ...]] = field(default_factory=list)


def run(statements: Sequence[Statement]) -> list[Answer]:
    """One after the other; where the database can, sent at once. Within a transaction: all of them or none."""
    together = connection.vendor == "postgresql" and not getattr(connection.features, "uses_server_side_binding", True)
    bundles = [statements] if together else [[statement] for statement in statements]
    with connection.cursor() as cursor:
        return [answer for bundle in bundles if bundle for answer in _answers(cursor, bundle)]


def update_rows(model: type[Model], where: Values, values: Values) -> int:
    """How many changed. ``where``: each field equals its value; None is NULL, a tuple any of its values."""
    return run([updating(model, where, values)])[0].count


def updating(model: type[Model], where: Values, values: Values) -> Statement:
    shape = tuple((name, _how_many(value)) for name, value in where.items())
    given = [_prepared(_field(model, name), value) for name, value in values.items()]
    asked = [_prepared(_field(model, name), value) for name in where for value in _each(where[name])]
    return Statement(_update(model, tuple(values), shape), [*given, *asked])


def locking(model: type[Model], pk: int) -> Statement:
    """The row, locked until the transaction ends; ``instance_of`` reads it."""
    return Statement(_lock(model), [pk])


def instance_of(model: type[M], answer: Answer) -> M:
    """Raises DoesNotExist."""
    if not answer.rows:
        raise model.DoesNotExist(f"There is no such {model._meta.verbose_name}.")  # type: ignore[attr-defined]
    row = list(answer.rows[0])
    for place, expression, converters in _converters(model, connection.alias):
        for convert in converters:
            row[place] = convert(row[place], expression, connection)
    return model.from_db(connection.alias, [one.attname for one in model._meta.concrete_fields], row)


def _answers(cursor: Any, statements: Sequence[Statement]) -> list[Answer]:
    sql = "; ".join(statement.sql for statement in statements)
    cursor.execute(sql, [value for statement in statements for value in statement.parameters])
    answers = [_answer(cursor)]
    while len(answers) < len(statements) and cursor.nextset():
        answers.append(_answer(cursor))
    return answers


def _answer(cursor: Any) -> Answer:
    return Answer(cursor.rowcount, cursor.fetchall() if cursor.description else [])


@cache
def _update(model: type[Model], values: tuple[str, ...], shape: Shape) -> str:
    changes = ", ".join(f"{_column(model, name)} = %s" for name in values)
    conditions = " AND ".join(f"{_column(model, name)} {_compared(many)}" for name, many in shape)
    table = connection.ops.quote_name(model._meta.db_table)
    # Names come from our models, values are parameters.
    return f"UPDATE {table} SET {changes} WHERE {conditions}"  # noqa: S608


@cache
def _lock(model: type[Model]) -> str:
    sql, _ = model._default_manager.select_for_update().filter(pk=0).order_by().query.sql_with_params()
    return sql


@cache
def _converters(model: type[Model], alias: str) -> list[tuple[int, Any, list[Any]]]:
    columns = [one.get_col(model._meta.db_table) for one in model._meta.concrete_fields]
    compiler = model._default_manager.all().query.get_compiler(alias)
    return [(place, column, convert) for place, (convert, column) in compiler.get_converters(columns).items()]


def _compared(many: int) -> str:
    return f"IN ({', '.join(['%s'] * many)})" if many else "IS NULL"


def _how_many(value: Any) -> int:
    return 0 if value is None else len(_each(value))


def _each(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _column(model: type[Model], name: str) -> str:
    return connection.ops.quote_name(str(_field(model, name).column))


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return model._meta.pk if name == "pk" else model._meta.get_field(name)  # type: ignore[return-value]


def _prepared(one: Any, value: Any) -> Any:
    return one.get_db_prep_save(value, connection)
