"""Two contacts that are one person."""

from datetime import datetime
from typing import Any

from crm.contacts.models import (
    Contact,
    ContactAddress,
    ContactFieldChange,
    ContactFieldValue,
    ContactMerge,
    ContactOwnerChange,
    Medium,
)
from crm.fields.services.merging import COPIES
from crm.people.merging import Kind, Makes, merge_records, undo_records
from crm.people.models import User


def _why_not(survivor: Contact, duplicate: Contact) -> str:
    if survivor.account_id != duplicate.account_id:
        return (
            f"They are at two accounts, {survivor.account} and {duplicate.account}: merge the accounts first, or say "
            f"on one contact's page that they changed jobs."
        )
    return ""


def _keep_reaching(survivor: Contact, duplicate: Contact, **_: Any) -> list[int]:
    """The duplicate's primary address and number are further ones of the survivor, so that whoever writes from them is
    known."""
    made = []
    for medium, key in ((Medium.EMAIL, duplicate.email_key), (Medium.PHONE, duplicate.phone)):
        value, kind = getattr(duplicate, str(medium)), getattr(duplicate, f"{medium}_kind")
        known = survivor.email_key if medium == Medium.EMAIL else survivor.phone
        if value and key != known and not survivor.addresses.filter(medium=medium, key=key).exists():
            new = ContactAddress.objects.create(contact=survivor, medium=medium, kind=kind, value=value, key=key)
            made.append(new.pk)
    survivor.save(update_fields=["email"])
    return made


def _no_longer(survivor: Contact, ids: list[int], **_: Any) -> None:
    ContactAddress.objects.filter(pk__in=ids).delete()


CONTACTS = Kind(
    model=Contact,
    merge=ContactMerge,
    follows=(("email_kind", "email"), ("phone_kind", "phone")),
    flags=("email_opt_out", "do_not_call"),
    never_filled=("account_id", "since"),
    why_not=_why_not,
    makes=(Makes("made", _keep_reaching, _no_longer), COPIES),
    stays=(ContactFieldValue, ContactFieldChange, ContactOwnerChange),
)


def merge_contacts(*, survivor: Contact, duplicate: Contact, by: User | None, now: datetime) -> ContactMerge:
    """Raises MergeRefused."""
    merge: ContactMerge = merge_records(CONTACTS, survivor=survivor, duplicate=duplicate, by=by, now=now)
    return merge


def undo_contact_merge(*, merge: ContactMerge, by: User | None, now: datetime) -> Contact:
    """Returns the duplicate. Raises MergeRefused."""
    contact: Contact = undo_records(CONTACTS, merge=merge, by=by, now=now)
    return contact
