"""Records that rows name: sources and campaigns, made when first named; users, who must exist. Read once a run."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.text import slugify

from crm.campaigns.models import Campaign, Source
from crm.people.models import Company, User
from leads.importing.errors import RowRefused


class Catalogue:
    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def forget(self) -> None:
        """A row was undone, and with it perhaps a source or campaign that it made."""
        self._known.clear()

    def source(self, key: str) -> Source | None:
        """Upper and lower case told apart; a blank one is no source."""
        return self._once("source", key, partial(_source, key))

    def campaign(self, name: str) -> Campaign | None:
        return self._once("campaign", name, partial(_campaign, name))

    def owner(self, email: str) -> User | None:
        return self._once("owner", email, partial(_owner, email))

    def _once(self, kind: str, key: str, find: Callable[[], Any]) -> Any:
        if not key:
            return None
        if (kind, key) not in self._known:
            self._known[kind, key] = find()
        return self._known[kind, key]


def _source(key: str) -> Source:
    if len(key) > 100:
        raise RowRefused("source: use at most 100 characters.")
    return Source.objects.get_or_create(key=key, defaults={"name": key})[0]


def _campaign(name: str) -> Campaign:
    key = slugify(name)
    if not key or len(name) > 100:
        raise RowRefused(f"campaign: “{name[:50]}” makes no key of 1 to 100 letters and digits. Map it with “values”.")
    defaults = {"name": name, "currency": Company.current().currency}
    return Campaign.objects.get_or_create(key=key, defaults=defaults)[0]


def _owner(email: str) -> User:
    user = User.objects.select_related("team").filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise RowRefused(f"owner: no active user has the e-mail address {email[:100]}. Add the user first.")
    return user
