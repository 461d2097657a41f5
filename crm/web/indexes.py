"""For migrations of single indexes, by name. ``AlterField`` to ``db_index=False`` would drop every index of that column
alone, a partial unique one of a constraint too, and check the foreign key of a whole table anew."""

from collections.abc import Mapping
from typing import Any

from django.db.migrations import RunPython


def drop_indexes(indexes: Mapping[str, tuple[str, str]]) -> RunPython:
    """Name to table and column."""

    def drop(apps: Any, editor: Any) -> None:
        for name in indexes:
            editor.execute(f"DROP INDEX IF EXISTS {name}")

    def create(apps: Any, editor: Any) -> None:
        for name, (table, column) in indexes.items():
            editor.execute(f"CREATE INDEX {name} ON {table} ({column})")

    return RunPython(drop, create)
