"""Which accounts may be the company that somebody names: by domain, by name, by a name that is nearly the same.

Names that are nearly the same stand side by side when all are sorted, forwards or backwards (sorted neighbourhood), so
an index finds the few that are worth comparing, on any database and among any number of accounts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from rapidfuzz import fuzz

from crm.accounts.models import Account
from crm.accounts.names import name_key

NEIGHBORS = 15  # on either side
ALIKE = 85.0
CONTAINED = 86.0  # all words of one name are in the other
SHOWN = 5


@dataclass(frozen=True)
class AccountMatch:
    """``score`` in percent; 100 for a domain or name that is the same."""

    account: Account
    reason: str
    score: float = 100


def matching_accounts(*, name: str, domain: str, not_this: int | None = None) -> list[AccountMatch]:
    """Best first. Where the domain is known to be an account's, names that are only alike are not looked for."""
    key = name_key(name)
    accounts = Account.objects.live().exclude(pk=not_this) if not_this else Account.objects.live()
    found = [AccountMatch(one, f"same domain {domain}") for one in accounts.filter(domain=domain)] if domain else []
    if key:
        found += [AccountMatch(one, "same name") for one in accounts.filter(name_key=key)[:SHOWN]]
        if not found:
            found += sorted(_alike(accounts, key), key=lambda match: -match.score)
    first = {match.account.pk: match for match in reversed(found)}
    return [match for match in found if first[match.account.pk] is match][:SHOWN]


def _alike(accounts: QuerySet[Account], key: str) -> Iterator[AccountMatch]:
    for account in _neighbors(accounts, key):
        score = likeness(key, account.name_key)
        if score >= ALIKE:
            yield AccountMatch(account, f"name {score:.0f} % alike", score)


def _neighbors(accounts: QuerySet[Account], key: str) -> QuerySet[Account]:
    blocks = []
    for field, value in (("name_key", key), ("name_key_backwards", key[::-1])):
        after = accounts.filter(**{f"{field}__gte": value}).order_by(field)
        before = accounts.filter(**{f"{field}__lt": value}).order_by(f"-{field}")
        blocks += [after.values("pk")[:NEIGHBORS], before.values("pk")[:NEIGHBORS]]
    near = [Account.objects.filter(pk__in=block).order_by() for block in blocks]
    return near[0].union(*near[1:])


def likeness(one: str, other: str) -> float:
    """Of two name keys, in percent. Other numbers make another company: "Store 12" is not "Store 13"."""
    if _numbers(one) != _numbers(other):
        return 0
    score = max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))
    if min(len(one), len(other)) >= 4 and fuzz.token_set_ratio(one, other) == 100:
        return max(score, CONTAINED)
    return score


def _numbers(key: str) -> set[str]:
    return {word for word in key.split() if any(letter.isdigit() for letter in word)}
