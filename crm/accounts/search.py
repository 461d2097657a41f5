"""Accounts in the search field."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from crm.accounts.models import Account
from crm.accounts.names import name_key
from crm.people.models import User
from crm.web.slots import SearchHit

LIMIT = 5


def hits(text: str, *, user: User) -> Iterator[SearchHit]:
    """By name, whatever its accents and case, or by domain."""
    key = name_key(text)
    by_name = Q(name_key__contains=key) if key else Q(name__icontains=text)
    for account in Account.objects.visible_to(user).filter(by_name | Q(domain__icontains=text))[:LIMIT]:
        subtitle = " · ".join(part for part in (account.domain, account.city) if part)
        url = reverse("accounts:detail", args=[account.pk])
        yield SearchHit(kind="Accounts", title=account.name, url=url, subtitle=subtitle, icon="building")
