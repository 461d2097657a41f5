"""The people of an account, on its page."""

from collections.abc import Iterator

from crm.accounts.models import Account
from crm.people.models import User
from crm.web.slots import Section

SHOWN = 50


def people(record: object, *, user: User) -> Iterator[Section]:
    if isinstance(record, Account):
        contacts = list(record.contacts.visible_to(user)[:SHOWN])
        yield Section(10, "contacts/panel.html", {"contacts": contacts})
