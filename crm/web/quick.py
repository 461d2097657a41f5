"""Statements that are sent very often, made once and sent together: Django takes longer to make one than the database
to answer it, and each answer is waited for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet

Values = Mapping[str, Any]
Shape = tuple[tuple[str, int], ...]  # of conditions: the field, and how many values; 0 is NULL
Query = Callable[..., "QuerySet[Any, Any]"]
M = TypeVar("M", bound=Model)
STAND_INS = (-7340033, -7340039, -7340047)  # that become texts where the column holds texts


@dataclass(frozen=True)
class Statement:
    sql: str
    parameters: Sequence[Any]


@dataclass(frozen=True)
class More:
    """In an update: so much more than there is."""

    by: int = 1


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
    """How many changed. ``where``: each field equals its value; None is NULL, a tuple any of its values. ``values``
    may be ``More``."""
    return run([updating(model, where, values)])[0].count


def updating(model: type[Model], where: Values, values: Values) -> Statement:
    shape = tuple((name, _how_many(value)) for name, value in where.items())
    given = [_given(_field(model, name), value) for name, value in values.items()]
    asked = [_prepared(_field(model, name), value) for name in where for value in _each(where[name])]
    changes = tuple((name, isinstance(value, More)) for name, value in values.items())
    return Statement(_update(model, changes, shape), [*given, *asked])


def inserting(rows: Sequence[Model], *, ignoring: bool = False, newest: Collection[str] = ()) -> Statement:
    """Answers their ids, which ``inserted`` writes into them. All are of one model, and all or none have an id.
    ``ignoring``: not where that breaks a unique constraint. ``newest``: of these relations, the row that was inserted
    last in this session."""
    model, with_id = type(rows[0]), rows[0].pk is not None
    fields = [one for one in _written(model, with_id) if one.name not in newest]
    for row in rows:
        _fill_in(row)
    values = [_prepared(one, one.pre_save(row, True)) for row in rows for one in fields]  # type: ignore[no-untyped-call]
    return Statement(_insert(model, with_id, len(rows), ignoring, tuple(newest)), values)


def inserted(rows: Sequence[Model], answer: Answer) -> bool:
    """Whether all were. Of those sent with ``ignoring`` some may not have been; which ones, nobody knows."""
    if len(answer.rows) != len(rows):
        return False
    for row, (pk,) in zip(rows, answer.rows, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias
    return True


def asking(rows: Query, *values: Any) -> Statement:
    """A query that is made into SQL by ``rows`` with stand-ins for ``values``: once for each ``rows``, which is a
    function of a module. Answers plain columns."""
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


def _fill_in(row: Any) -> None:
    if not row._state.adding:
        raise TypeError(f"{row!r} was inserted before")
    if fill_in := getattr(row, "fill_in", None):
        fill_in()


@cache
def _written(model: type[Model], with_id: bool) -> "list[Field[Any, Any]]":
    return [one for one in model._meta.concrete_fields if not one.generated and (with_id or not one.primary_key)]


@cache
def _insert(model: type[Model], with_id: bool, count: int, ignoring: bool, newest: tuple[str, ...]) -> str:
    name = connection.ops.quote_name
    fields = sorted(_written(model, with_id), key=lambda one: one.name in newest)
    values = ", ".join(_newest(one) if one.name in newest else "%s" for one in fields)
    return (
        f"INSERT INTO {name(model._meta.db_table)} ({', '.join(name(one.column) for one in fields)}) "  # noqa: S608
        f"VALUES {', '.join([f'({values})'] * count)}{' ON CONFLICT DO NOTHING' if ignoring else ''} "
        f"RETURNING {name(model._meta.pk.column)}"
    )


def _newest(one: "Field[Any, Any]") -> str:
    related: Any = one.related_model
    table, key = connection.ops.quote_name(related._meta.db_table), related._meta.pk.column
    return f"currval(pg_get_serial_sequence('{table}', '{key}'))"


@cache
def _update(model: type[Model], values: tuple[tuple[str, bool], ...], shape: Shape) -> str:
    changes = ", ".join(_change(_column(model, name), more) for name, more in values)
    conditions = " AND ".join(f"{_column(model, name)} {_compared(many)}" for name, many in shape)
    table = connection.ops.quote_name(model._meta.db_table)
    # Names come from our models, values are parameters.
    return f"UPDATE {table} SET {changes} WHERE {conditions}"  # noqa: S608


def _change(column: str, more: bool) -> str:
    return f"{column} = {column} + %s" if more else f"{column} = %s"


@cache
def _lock(model: type[Model]) -> str:
    sql, _ = model._default_manager.select_for_update().filter(pk=0).order_by().query.sql_with_params()
    return sql


@cache
def _query(rows: Query, count: int) -> tuple[str, Sequence[Any]]:
    return rows(*STAND_INS[:count]).query.sql_with_params()  # type: ignore[no-any-return]


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


def _given(one: Any, value: Any) -> Any:
    if isinstance(value, More):
        return value.by
    return _prepared(one, value.pk if isinstance(value, Model) else value)


def _prepared(one: Any, value: Any) -> Any:
    return one.get_db_prep_save(value, connection)
