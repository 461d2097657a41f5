"""The group of companies that an account is part of, on its page."""

from collections.abc import Iterator

from crm.accounts.models import Account
from crm.accounts.queries import family_of
from crm.people.models import User
from crm.web.slots import Section


def family(record: object, *, user: User) -> Iterator[Section]:
    """The account page's own query says whether there are children: most companies are on their own."""
    if not isinstance(record, Account) or not (record.parent_id or getattr(record, "has_children", True)):
        return
    if relatives := family_of(record, user=user):
        yield Section(5, "accounts/family_panel.html", {"relatives": relatives, "account": record})
