"""The one thing that only PostgreSQL has: rows that another worker holds are passed over instead of waited for."""

from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def skip_locked(rows: QuerySet[M]) -> QuerySet[M]:
    """``rows`` locked, without those that are locked already. Elsewhere (SQLite: one writer at a time) as they are."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows
