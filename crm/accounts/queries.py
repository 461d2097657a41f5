"""Questions that pages ask about accounts."""

from dataclasses import dataclass

from django.db import connection

from crm.accounts.models import Account
from crm.people.models import User

SHOWN = 100

# Up to the company that belongs to nobody, then down again. UNION ends at a cycle, should there ever be one.
_FAMILY = """
WITH RECURSIVE up(id, parent_id) AS (
    SELECT id, parent_id FROM accounts_account WHERE id = %s
    UNION
    SELECT a.id, a.parent_id FROM accounts_account a JOIN up ON a.id = up.parent_id
), down(id) AS (
    SELECT id FROM up WHERE parent_id IS NULL
    UNION
    SELECT a.id FROM accounts_account a JOIN down ON a.parent_id = down.id
)
SELECT id FROM down LIMIT %s
"""


@dataclass(frozen=True)
class Relative:
    """``depth``: 0 for the company at the top, as far as the user may see the family."""

    account: Account
    depth: int


def family_of(account: Account, *, user: User) -> list[Relative]:
    """The tree of companies that it is part of, depth first; empty for a company on its own."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [account.pk, SHOWN])
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) < 2:
        return []
    visible = {one.pk: one for one in Account.objects.visible_to(user).filter(pk__in=ids).order_by("name")}
    children: dict[int | None, list[Account]] = {}
    for one in visible.values():
        children.setdefault(one.parent_id if one.parent_id in visible else None, []).append(one)
    return list(_depth_first(children, None, 0))


def _depth_first(children: dict[int | None, list[Account]], parent: int | None, depth: int) -> list[Relative]:
    found = []
    for account in children.get(parent, []):
        found += [Relative(account, depth), *_depth_first(children, account.pk, depth + 1)]
    return found


def ancestors(account_id: int) -> set[int]:
    """Ids of the companies that it belongs to, itself among them."""
    found: set[int] = set()
    current: int | None = account_id
    while current is not None and current not in found:
        found.add(current)
        current = Account.objects.filter(pk=current).values_list("parent_id", flat=True).first()
    return found
