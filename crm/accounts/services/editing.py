"""Verbs on accounts."""

from typing import Any

from crm.accounts.models import Account
from crm.people.models import User
from crm.web.versions import write_fields


def edit_account(*, account: Account, version: int, fields: dict[str, Any], by: User) -> Account:
    """Raises StaleRecord."""
    return write_fields(account, version=version, **fields)
