"""Tables of definitions that are read often and change seldom: each has a stamp, and every change gives it a new one.

Triggers do it, on both databases, so that raw SQL counts like the admin. Stamps are random: what was rolled back had a
stamp that never comes again. SQLite drops a table's triggers when a migration rebuilds the table: such a migration
watches it again, and a test tells.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.migrations import RunPython
from django.db.models import QuerySet

from crm.web.quick import Answer, Statement, asking

Stamps = Mapping[str, str | None]
EVENTS = ("INSERT", "UPDATE", "DELETE")
FUNCTION = """CREATE OR REPLACE FUNCTION web_watched_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE web_watched SET stamp = gen_random_uuid() WHERE table_name = TG_TABLE_NAME;
    RETURN NULL; END $$"""


class Watched(models.Model):
    """A table and the stamp of its last change. A row that is missing: nothing of that table is kept."""

    table_name = models.CharField(max_length=63, primary_key=True)
    stamp = models.CharField(max_length=36)

    class Meta:
        app_label = "web"

    def __str__(self) -> str:
        return self.table_name


def asking_stamps() -> Statement:
    return asking(_stamps)


def stamps_of(answer: Answer) -> Stamps:
    return dict(answer.rows)


def _stamps() -> QuerySet[Any, Any]:
    return Watched.objects.values_list("table_name", "stamp")


def watch(*tables: str, columns: Sequence[str] = ()) -> RunPython:
    """For a migration that comes after those of the tables and of ``web``. ``columns``: an update of others does not
    count."""

    def start(apps: Any, editor: Any) -> None:
        postgresql = editor.connection.vendor == "postgresql"
        if postgresql:
            editor.execute(FUNCTION)
        for table in tables:
            editor.execute("INSERT INTO web_watched (table_name, stamp) VALUES (%s, %s)", [table, uuid4().hex])
            for name, event in _triggers(table):
                of = f"UPDATE OF {', '.join(columns)}" if event == "UPDATE" and columns else event
                editor.execute(_postgresql(name, of, table) if postgresql else _sqlite(name, of, table))

    def stop(apps: Any, editor: Any) -> None:
        on = "ON {}" if editor.connection.vendor == "postgresql" else ""
        for table in tables:
            editor.execute("DELETE FROM web_watched WHERE table_name = %s", [table])
            for name, _ in _triggers(table):
                editor.execute(f"DROP TRIGGER {name} {on.format(table)}")

    return RunPython(start, stop)


def _triggers(table: str) -> Iterator[tuple[str, str]]:
    for event in EVENTS:
        yield f"{table}_watched_{event.lower()}", event


def _postgresql(name: str, event: str, table: str) -> str:
    return f"CREATE TRIGGER {name} AFTER {event} ON {table} EXECUTE FUNCTION web_watched_changed()"


def _sqlite(name: str, event: str, table: str) -> str:
    new = "UPDATE web_watched SET stamp = hex(randomblob(16))"
    return f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {new} WHERE table_name = '{table}'; END"
