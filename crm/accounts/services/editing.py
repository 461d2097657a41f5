"""Corrections to accounts."""

from typing import Any

from crm.accounts.models import Account, AccountAddress
from crm.people.models import User
from crm.web.versions import write_fields


def edit_account(*, account: Account, version: int, fields: dict[str, Any], by: User) -> Account:
    """Raises StaleRecord."""
    return write_fields(account, version=version, **fields)


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
