"""A unit of work: what services write within it goes to the database at its end, all at once, in one round trip.

Each write is a few lines of SQL that are made once a process, and its answer is not waited for. Nothing is read too
early: a statement that names a table with waiting rows sends them first, and so does every savepoint. What triggers
make of waiting rows in other tables is not there before the end.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from psycopg.errors import LockNotAvailable

from crm.web.quick import Answer, More, Statement, Values, bundles, inserted, inserting, run, updating

M = TypeVar("M", bound=Model)


@dataclass
class Insert:
    rows: list[Any]
    unless: str = ""
    patience: float = 0

    def __post_init__(self) -> None:
        self._orphans = [
            (row, one, related)
            for row in self.rows
            for one in relations(self.model)
            if getattr(row, one.attname) is None and (related := row._state.fields_cache.get(one.cache_name))
        ]

    @property
    def model(self) -> type[Model]:
        return type(self.rows[0])

    def parents(self) -> list[Any]:
        """Related rows without an id."""
        return [related for _, _, related in self._orphans if related.pk is None]

    def statement(self) -> Statement:
        return inserting(self.rows, unless=self.unless, newest=self._take_ids(), patience=self.patience)

    def answered(self, answer: Answer) -> None:
        inserted(self.rows, answer)
        self._take_ids()

    def holds(self, row: Model) -> bool:
        return any(one is row for one in self.rows)

    def _take_ids(self) -> set[str]:
        """Of related rows that had none when these were made. Returns the relations whose row has none yet: it goes to
        the database with these, as the newest of its table."""
        for row, one, related in self._orphans:
            if getattr(row, one.attname) is None:
                setattr(row, one.attname, related.pk)
        self._orphans = [orphan for orphan in self._orphans if orphan[2].pk is None]
        return {one.name for _, one, _ in self._orphans}


@dataclass
class Change:
    model: type[Model]
    where: dict[str, Any]
    values: dict[str, Any]
    otherwise: Exception | None = None

    def statement(self) -> Statement:
        return updating(self.model, self.where, self.values)

    def answered(self, answer: Answer) -> None:
        if self.otherwise and not answer.count:
            raise self.otherwise

    def followed_by(self, then: "Change") -> "Change":
        """Both as one. What ``then`` asks for is looked at here where this one changes it."""
        known = {name: self.values[name] for name in then.where if name in self.values}
        if then.otherwise and any(then.where[name] != value for name, value in known.items()):
            raise then.otherwise
        where = {name: value for name, value in then.where.items() if name not in known}
        values = self.values | {name: _sum(self.values.get(name), value) for name, value in then.values.items()}
        return Change(self.model, self.where | where, values, then.otherwise or self.otherwise)


Step = Insert | Change
COMMIT = Statement("COMMIT", ())  # what Django does after it finds no transaction, and does nothing


@dataclass
class Unit:
    steps: list[Step] = field(default_factory=list)
    sent: int = 0  # how often
    changed: list[tuple[Model, Values]] = field(default_factory=list)  # rows that wait, and what they had before

    def add(self, step: Step) -> None:
        if isinstance(step, Insert) and not self._are_newest(step.parents()):
            self.send()
        for place, before in enumerate(self.steps):
            if isinstance(step, Change) and isinstance(before, Change) and _same(before, step):
                self.steps[place] = before.followed_by(step)
                return
        self.steps.append(step)

    def holds(self, row: Model) -> bool:
        """Whether it waits to be inserted."""
        return any(isinstance(step, Insert) and step.holds(row) for step in self.steps)

    def undo(self, steps: list[Step], changes: int) -> None:
        """Back to these steps, and to so many changes of rows that wait."""
        self.steps = steps
        while len(self.changed) > changes:
            _set(*self.changed.pop())

    def send(self, *then: Statement) -> None:
        steps, self.steps = self.steps, []
        self.sent += bool(steps)
        for bundle in bundles(steps):
            answers = run([*(step.statement() for step in bundle), *then])
            for step, answer in zip(bundle, answers[: len(bundle)], strict=True):
                step.answered(answer)

    def end(self, *, alone: bool) -> None:
        """``alone``: the transaction is its own. It ends in the same trip, unless an answer is to be seen first."""
        asks = any(isinstance(step, Change) and step.otherwise for step in self.steps)
        along = alone and connection.vendor == "postgresql" and not (asks or connection.needs_rollback)
        self.send(*[COMMIT] if along else [])

    def before(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """For every statement within the block."""
        if self.steps and sql.startswith("ROLLBACK"):
            self.steps = []
        elif self.steps and (sql.startswith(("SAVEPOINT", "RELEASE")) or self._names(sql)):
            self.send()
        return execute(sql, params, many, context)

    def _are_newest(self, rows: list[Model]) -> bool:
        newest = {step.model: step.rows[-1] for step in self.steps if isinstance(step, Insert)}
        return all(newest.get(type(row)) is row for row in rows)

    def _names(self, sql: str) -> bool:
        return any(step.model._meta.db_table in sql for step in self.steps)


_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)


@contextmanager
def writing() -> Iterator[None]:
    """A transaction whose writes are sent together. Within another one it is part of that, without a savepoint: what
    failed is forgotten, or, where some of it was sent, the whole must fail."""
    if outer := _unit.get():
        with _part_of(outer):
            yield
        return
    unit, alone = Unit(), not connection.in_atomic_block
    with transaction.atomic():  # what is to happen after the commit is outside of the unit
        token = _unit.set(unit)
        try:
            with connection.execute_wrapper(unit.before):
                yield
                unit.end(alone=alone)
        finally:
            _unit.reset(token)


@contextmanager
def _part_of(unit: Unit) -> Iterator[None]:
    steps, sent, changes = [*unit.steps], unit.sent, len(unit.changed)
    try:
        yield
    except BaseException:
        if unit.sent == sent:
            unit.undo(steps, changes)
        else:
            transaction.set_rollback(True)
        raise


def insert(rows: Iterable[M], *, unless: str = "") -> list[M]:
    """New rows of one model, whose ids are there at the end of the block, or at once where there is none. No signals.
    ``unless``: a row that breaks this unique constraint (or field) is left out."""
    rows = list(rows)
    if rows:
        _add(Insert(rows, unless))
    return rows


def change(row: Model, values: Values, *, where: Values | None = None, otherwise: Exception | None = None) -> None:
    """``row``, and in the database, where it still has the values of ``where``; if not, ``otherwise`` is raised, at the
    end of the block at the latest. Changes of one row become one; a new row that waits is inserted with them.
    ``values`` may be ``More``."""
    if where and otherwise is None:
        raise TypeError("Say what is to be raised otherwise.")
    unit, where = _unit.get(), where or {}
    if unit is None or not unit.holds(row):
        _add(Change(type(row), {"pk": row.pk, **where}, dict(values), otherwise))
    else:
        if otherwise and not _has(row, where):
            raise otherwise
        unit.changed.append((row, {name: getattr(row, name) for name in values}))
    _set(row, values)


def insert_impatiently(row: Model, *, seconds: float) -> None:
    """As ``insert``, on PostgreSQL; where it, or what the transaction does after it, has to wait longer for somebody
    else's, that fails, and ``waited_too_long``."""
    _add(Insert([row], patience=seconds))


def waited_too_long(error: DatabaseError) -> bool:
    return isinstance(error.__cause__, LockNotAvailable)


def change_rows(model: type[Model], where: Values, values: Values) -> None:
    """As ``change``, for all rows that have the values of ``where``."""
    _add(Change(model, dict(where), dict(values)))


def insert_unless_there(row: Model, constraint: str) -> bool:
    """At once, without a savepoint. False where another row has what one alone may have by the unique ``constraint``
    (or field)."""
    return inserted([row], *run([inserting([row], unless=constraint)]))


def send_now() -> None:
    """For what must have the ids of waiting rows."""
    if unit := _unit.get():
        unit.send()


def _add(step: Step) -> None:
    if unit := _unit.get():
        unit.add(step)
    else:
        step.answered(*run([step.statement()]))


def _has(row: Model, values: Values) -> bool:
    return all(
        getattr(row, name) in (value if isinstance(value, tuple) else (value,)) for name, value in values.items()
    )


def _set(row: Model, values: Values) -> None:
    for name, value in values.items():
        setattr(row, name, getattr(row, name) + value.by if isinstance(value, More) else value)


def _same(one: Change, other: Change) -> bool:
    return one.model is other.model and one.where.get("pk") == other.where.get("pk") is not None


def _sum(before: Any, then: Any) -> Any:
    return More(before.by + then.by) if isinstance(before, More) and isinstance(then, More) else then


@cache
def relations(model: type[Model]) -> list[Any]:
    return [one for one in model._meta.concrete_fields if one.is_relation]
