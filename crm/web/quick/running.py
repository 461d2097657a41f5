"""Sending statements, several in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


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
    with connection.cursor() as cursor:
        return [answer for bundle in bundles(statements) for answer in _answers(cursor, bundle)]


def bundles(statements: Sequence[T]) -> list[Sequence[T]]:
    """Of what can be sent at once."""
    together = connection.vendor == "postgresql" and not getattr(connection.features, "uses_server_side_binding", True)
    return [statements] if together and statements else [[statement] for statement in statements]


def _answers(cursor: Any, statements: Sequence[Statement]) -> list[Answer]:
    sql = "; ".join(statement.sql for statement in statements)
    cursor.execute(sql, [value for statement in statements for value in statement.parameters])
    answers = [_answer(cursor)]
    while len(answers) < len(statements) and cursor.nextset():
        answers.append(_answer(cursor))
    return answers


def _answer(cursor: Any) -> Answer:
    return Answer(cursor.rowcount, cursor.fetchall() if cursor.description else [])
