"""Merging contacts, on pages."""

from collections.abc import Iterator

from rapidfuzz import fuzz

from crm.contacts.models import Contact
from crm.contacts.services.merging import CONTACTS, merge_contacts, undo_contact_merge
from crm.fields.merge_lines import lines
from crm.people.merge_views import MergePages
from crm.web.searching import fold

ALIKE = 85.0
COMPARED = 300


def suggest(contact: Contact) -> Iterator[tuple[Contact, str]]:
    """Of the same account by name, of any by phone number."""
    others = Contact.objects.live().exclude(pk=contact.pk)
    same_number = {other.pk for other in others.with_phone(contact.phone)[:5]}
    name = fold(str(contact))
    for other in others.filter(account=contact.account_id)[:COMPARED]:
        score = fuzz.token_sort_ratio(name, fold(str(other)))
        if score >= ALIKE:
            yield other, f"name {score:.0f} % alike"
        elif other.pk in same_number:
            yield other, "same phone number"


PAGES = MergePages(CONTACTS, "contacts", "contact", merge_contacts, undo_contact_merge, suggest, more_lines=lines)
