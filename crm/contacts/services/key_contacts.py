"""Verbs on the key contacts of identified projects."""

from datetime import datetime
from typing import Any

from crm.accounts.models import IdentifiedProject
from crm.contacts.models import Contact, KeyContact
from crm.people.emails import email_key
from crm.people.models import User
from crm.people.recorded import rewrite


def add_key_contact(
    *, project: IdentifiedProject, fields: dict[str, Any], by: User | None, now: datetime
) -> KeyContact:
    return KeyContact.objects.create(project=project, by=by, at=now, **fields)


def edit_key_contact(
    *, key_contact: KeyContact, version: int, fields: dict[str, Any], by: User, now: datetime
) -> KeyContact:
    """Raises StaleRecord."""
    return rewrite(key_contact, version=version, by=by, now=now, **fields)


def remove_key_contact(*, key_contact: KeyContact, by: User, now: datetime) -> KeyContact:
    """No longer shown. Raises StaleRecord."""
    return rewrite(key_contact, version=key_contact.version, by=by, now=now, removed_at=now)


def recognize(*, contact: Contact, projects: list[int]) -> None:
    """Who is a key contact of ``projects`` under the contact's address is that contact; once a project."""
    if not contact.email_key:
        return
    found = KeyContact.objects.kept().filter(project__in=projects, contact=None).exclude(email="")
    taken = set(contact.key_in.kept().values_list("project_id", flat=True))
    for key_contact in found:
        if email_key(key_contact.email) == contact.email_key and key_contact.project_id not in taken:
            taken.add(key_contact.project_id)
            KeyContact.objects.filter(pk=key_contact.pk).update(contact=contact)
