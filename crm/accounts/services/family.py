"""Which company belongs to which."""

from django.db import transaction
from django.db.models import F

from crm.accounts.models import Account
from crm.accounts.queries import ancestors
from crm.people.models import Company, User


class FamilyRefused(Exception):
    """The message is for a person; nothing was written."""


@transaction.atomic
def set_parent(*, account: Account, parent: Account | None, by: User) -> Account:
    """One at a time in the whole company, so that no two changes close a cycle together. Raises FamilyRefused."""
    list(Company.objects.select_for_update())
    if problem := why_not_parent(account, parent):
        raise FamilyRefused(problem)
    Account.objects.filter(pk=account.pk).update(parent=parent, version=F("version") + 1)
    account.refresh_from_db()
    return account


def why_not_parent(account: Account, parent: Account | None) -> str:
    """For a person; "" where it can be."""
    if parent is None:
        return ""
    if parent.merged_into_id:
        return f"{parent} was merged into another account."
    if parent.pk == account.pk:
        return "A company does not belong to itself."
    if account.pk in ancestors(parent.pk):
        return f"{parent} belongs to {account} already: the two cannot belong to each other."
    return ""
