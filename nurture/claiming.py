"""What only PostgreSQL has. Elsewhere (SQLite) there is one writer at a time, and none of it is needed."""

from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
COUNTING = 0x52495045  # any number that no other lock has


def skip_locked(rows: QuerySet[M]) -> QuerySet[M]:
    """``rows`` locked, without those that another worker has locked already, which are passed over, not waited for."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def lock_counting(*, alone: bool) -> None:
    """Until the transaction ends: many may hold it together, or one ``alone``, who waits for all others to end. Do not
    ask for it alone while holding it together with others."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [COUNTING])
