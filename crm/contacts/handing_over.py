"""The contacts of an account can go along when it is handed over."""

from collections.abc import Iterator

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.people.going_along import Along


def with_account(model: type) -> Iterator[Along]:
    if model is Account:
        yield Along("contacts", "contact", "contacts", lambda account: Contact.objects.live().filter(account=account))
