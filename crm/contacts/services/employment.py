"""Contacts change jobs: one account at a time, the earlier ones are remembered."""

from datetime import date

from django.db import transaction

from crm.accounts.models import Account
from crm.contacts.models import Contact, PastEmployment
from crm.people.models import User


class MoveRefused(Exception):
    """``errors``: field to message, for a person. Nothing was written."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


@transaction.atomic
def change_account(*, contact: Contact, to: Account, job_title: str, on: date, by: User) -> Contact:
    """From ``on``. Opportunities of the account they leave stay there. Locks the contact. Raises MoveRefused."""
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if to.pk == contact.account_id:
        raise MoveRefused({"account": f"{contact} is there already."})
    if contact.since and on < contact.since:
        raise MoveRefused({"on": f"They came to {contact.account} on {contact.since:%d %B %Y} only."})
    PastEmployment.objects.create(
        contact=contact, account_id=contact.account_id, job_title=contact.job_title, since=contact.since, until=on
    )
    contact.account, contact.job_title, contact.since = to, job_title, on
    contact.version += 1
    contact.save()
    return contact
