"""Edits with an optimistic lock: whoever saves says which version they saw."""

from typing import Any, TypeVar

from django.db import transaction

from crm.web.models import Versioned

Record = TypeVar("Record", bound=Versioned)


class StaleRecord(Exception):
    """Somebody changed the record since it was read; nothing was written. ``current`` is as it is now."""

    def __init__(self, current: Versioned) -> None:
        self.current = current
        super().__init__(f"Somebody changed “{current}” since you opened it.")


def lock_version(record: Record, *, version: int) -> Record:
    """The row, locked for the rest of the transaction. Raises StaleRecord."""
    locked: Record = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if locked.version != version:
        raise StaleRecord(locked)
    return locked


@transaction.atomic
def write_fields(record: Record, *, version: int, **fields: Any) -> Record:
    """``fields`` onto the row that still has ``version``. Raises StaleRecord."""
    locked = lock_version(record, version=version)
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.save()
    return locked
