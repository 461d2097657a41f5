"""Verbs on contacts."""

from typing import Any

from crm.contacts.models import Contact
from crm.people.models import User
from crm.web.versions import write_fields


def edit_contact(*, contact: Contact, version: int, fields: dict[str, Any], by: User) -> Contact:
    """Raises StaleRecord."""
    return write_fields(contact, version=version, **fields)
