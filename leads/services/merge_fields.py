"""What the surviving lead gets from its duplicate, field by field."""

from datetime import datetime
from typing import Any

from leads.models import Lead

# Taken whole or not at all.
TOGETHER = (
    ("street", "postcode", "city", "region", "country"),
    ("source_id", "campaign_id"),
    ("path", "reached_sales_at"),
    ("email", "email_unconfirmed"),
)
EARLIEST = ("first_inquiry_at", "touched_at", "engaged_at", "mql_at", "sal_at", "sql_at")
LATEST = ("last_inquiry_at",)
FLAGS = ("email_opt_out", "do_not_call")
OWNERSHIP = ("owner_id", "team_id")


def changes_for(survivor: Lead, duplicate: Lead) -> dict[str, Any]:
    """New values of the survivor's fields: what it has stays, what it lacks is filled, an owner comes with their team.
    The earliest inquiry, touch and contact of the two count; an opt-out of either does."""
    changes: dict[str, Any] = {}
    for names in _groups():
        if not any(getattr(survivor, name) for name in names):
            changes |= {name: getattr(duplicate, name) for name in names}
    if survivor.owner_id is None and duplicate.owner_id is not None:
        changes |= {name: getattr(duplicate, name) for name in OWNERSHIP}
    for names, pick in ((EARLIEST, min), (LATEST, max), (FLAGS, any)):
        changes |= {name: _picked(pick, getattr(survivor, name), getattr(duplicate, name)) for name in names}
    return {name: value for name, value in changes.items() if value != getattr(survivor, name)}


def _picked(pick: Any, *values: Any) -> Any:
    known = [value for value in values if value is not None]
    return pick(known) if known else None


def _groups() -> list[tuple[str, ...]]:
    """All that people can fill in, alone or together with what belongs to it."""
    names = {field.attname for field in Lead._meta.concrete_fields if field.editable and not field.primary_key}
    names |= {"path", "reached_sales_at", "email_unconfirmed"}
    together = [tuple(name for name in group if name in names) for group in TOGETHER]
    apart = names - {name for group in together for name in group} - set(OWNERSHIP)
    return [*together, *((name,) for name in sorted(apart))]


def plain(value: Any) -> Any:
    """As JSON keeps it."""
    return value.isoformat() if isinstance(value, datetime) else value


def from_plain(name: str, value: Any) -> Any:
    field = next(field for field in Lead._meta.concrete_fields if field.attname == name)
    return value if field.is_relation else field.to_python(value)
