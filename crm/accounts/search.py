"""Accounts in the search field."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from crm.accounts.models import Account
from crm.accounts.names import name_key
from crm.people.models import User
from crm.web.searching import words_in
from crm.web.slots import SearchHit

LIMIT = 5


def hits(text: str, *, user: User) -> Iterator[SearchHit]:
    """By name, whatever its accents, case and legal form, by domain and by city."""
    key = name_key(text)
    found = words_in(text, ["search_text"]) | (Q(name_key__contains=key) if key else Q())
    for account in Account.objects.visible_to(user).filter(found)[:LIMIT]:
        subtitle = " · ".join(part for part in (account.domain, account.city) if part)
        url = reverse("accounts:detail", args=[account.pk])
        yield SearchHit(kind="Accounts", title=account.name, url=url, subtitle=subtitle, icon="building")
