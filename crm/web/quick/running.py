"""Sending statements, several in one round trip."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection

from crm.web.quick.pipeline import Pipeline
from crm.web.quick.statements import Answer, Statement

T = TypeVar("T")


def run(statements: Sequence[Statement]) -> list[Answer]:
    """One after the other; where the database can, sent at once. Within a transaction: all of them or none."""
    if connection.vendor == "postgresql":
        return [answer for bundle in bundles(statements) for answer in _at_once(bundle)]
    with connection.cursor() as cursor:
        return [_alone(cursor, one) for one in statements]


def bundles(statements: Sequence[T]) -> list[Sequence[T]]:
    """Of what can be sent at once."""
    if connection.vendor == "postgresql" and statements:
        return [statements]
    return [[statement] for statement in statements]


def _alone(cursor: Any, one: Statement) -> Answer:
    cursor.execute(one.sql, list(one.parameters))
    return Answer(cursor.rowcount, cursor.fetchall() if cursor.description else [])


def _at_once(statements: Sequence[Statement]) -> list[Answer]:
    connection.close_if_health_check_failed()  # as Django does before it makes a cursor
    connection.ensure_connection()
    pipeline = Pipeline(connection, statements)
    wrap: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(pipeline) as cursor:
        cursor.execute("; ".join(one.sql for one in statements))
    return pipeline.answers
