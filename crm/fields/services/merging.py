"""Custom fields of two records that become one: what the survivor lacks is copied, the tombstone keeps its own."""

from datetime import datetime
from typing import Any

from crm.fields.services.values import fill_values, of_fields, take_back, value_model, values_of_one
from crm.people.merging import Makes
from crm.people.models import User


def copy_lacking(survivor: Any, duplicate: Any, *, by: User | None, now: datetime) -> list[int]:
    """Also what was retired. Returns the ids of the new rows."""
    rows = value_model(duplicate)._default_manager.filter(record=duplicate.pk)
    fields = set(rows.values_list("field", flat=True))
    if not fields:
        return []
    values = values_of_one(duplicate, of_fields(duplicate, fields))
    return fill_values(record=survivor, values=values, by=by, now=now)


def give_back(survivor: Any, ids: list[int], *, by: User | None, now: datetime) -> None:
    """What nobody changed since the merge."""
    take_back(record=survivor, ids=ids, by=by, now=now)


COPIES = Makes("custom_values", copy_lacking, give_back)
