"""Statements that are prepared once a connection, and sent without waiting for each other's answer."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from psycopg import ClientCursor, Cursor
from psycopg.pq import ExecStatus

from crm.web.quick.statements import Answer, Statement

MOST = 10_000  # parameters of a prepared statement; the protocol has 65,535
USUAL = 100  # of what is about a row or a few: such a statement comes in this shape again


class Pipeline:
    """To Django a cursor that runs one text of several statements, so it logs and wraps this as any. They go to the
    database one after the other; BEGIN, where it is due, with the first. The first error is raised."""

    def __init__(self, database: Any, statements: Sequence[Statement]) -> None:
        self._database, self._statements = database, statements
        self._text = ""
        self.sent: list[Any] = []  # values of all parameters
        self.answers: list[Answer] = []

    def execute(self, sql: str) -> None:
        self._text, connected = sql, self._database.connection
        with connected.pipeline():
            cursors = [self._send(connected, one) for one in self._statements]
        self.answers = [_answer(one) for one in cursors]

    def close(self) -> None:
        """Nothing is left open."""

    def _send(self, connected: Any, statement: Statement) -> Cursor[Any]:
        parameters = list(statement.parameters)
        self.sent += parameters
        if len(parameters) > MOST:
            return ClientCursor(connected).execute(statement.sql, parameters)
        at_once = len(parameters) <= USUAL or None  # else when it comes again and again
        return Cursor(connected).execute(statement.sql, parameters, prepare=at_once)

    @property
    def _query(self) -> SimpleNamespace:
        """What Django writes in its log of queries."""
        return SimpleNamespace(query=self._database.ops.compose_sql(self._text, self.sent).encode())


def _answer(cursor: Cursor[Any]) -> Answer:
    has_rows = cursor.pgresult is not None and cursor.pgresult.status == ExecStatus.TUPLES_OK
    return Answer(cursor.rowcount, cursor.fetchall() if has_rows else [])
