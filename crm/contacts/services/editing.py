"""Verbs on contacts."""

from datetime import datetime
from typing import Any

from crm.contacts.models import Contact
from crm.fields.services.editing import edit_record
from crm.fields.services.values import Values
from crm.people.models import User


def edit_contact(
    *,
    contact: Contact,
    version: int,
    fields: dict[str, Any],
    custom: Values | None = None,
    by: User,
    now: datetime,
) -> Contact:
    """Raises StaleRecord."""
    return edit_record(contact, version=version, fields=fields, custom=custom, by=by, now=now)
