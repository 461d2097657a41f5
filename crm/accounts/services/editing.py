"""Corrections to accounts."""

from datetime import datetime
from typing import Any

from crm.accounts.models import Account, AccountAddress
from crm.fields.services.editing import edit_record
from crm.fields.services.values import Values
from crm.people.models import User


def edit_account(
    *,
    account: Account,
    version: int,
    fields: dict[str, Any],
    custom: Values | None = None,
    by: User,
    now: datetime,
) -> Account:
    """Raises StaleRecord."""
    return edit_record(account, version=version, fields=fields, custom=custom, by=by, now=now)


def save_address(
    *, account: Account, address: AccountAddress | None, fields: dict[str, Any], remove: bool, by: User
) -> AccountAddress | None:
    """A further address, new or corrected; None where it was taken out."""
    if remove and address is not None:
        address.delete()
        return None
    address = address or AccountAddress(account=account)
    for name, value in fields.items():
        setattr(address, name, value)
    address.save()
    return address
