"""Contacts in the search field."""

from collections.abc import Iterator

from django.urls import reverse

from crm.contacts.models import Contact
from crm.people.models import User
from crm.web.searching import words_in
from crm.web.slots import SearchHit

FIELDS = ("search_text",)
LIMIT = 5


def hits(text: str, *, user: User) -> Iterator[SearchHit]:
    """Every word of ``text`` is in the name, e-mail address or phone number."""
    found = Contact.objects.visible_to(user).filter(words_in(text, FIELDS))
    for contact in found.select_related("account")[:LIMIT]:
        url = reverse("contacts:detail", args=[contact.pk])
        yield SearchHit(
            kind="Contacts", title=str(contact), url=url, subtitle=contact.account.name, icon="address-book"
        )
