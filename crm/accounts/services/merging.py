"""Two accounts that are one company."""

from datetime import datetime

from crm.accounts.models import Account, AccountFieldChange, AccountFieldValue, AccountMerge, AccountOwnerChange
from crm.accounts.queries import ancestors
from crm.fields.services.merging import COPIES
from crm.people.merging import Kind, merge_records, undo_records
from crm.people.models import User

ADDRESS = ("street", "postcode", "city", "region", "country")


def _why_not(survivor: Account, duplicate: Account) -> str:
    """A company that belongs to one that becomes part of it would belong to itself."""
    if duplicate.pk in ancestors(survivor.pk):
        return f"“{survivor}” belongs to “{duplicate}”: keep “{duplicate}”, and merge the other one into it."
    return ""


ACCOUNTS = Kind(
    model=Account,
    merge=AccountMerge,
    together=(ADDRESS,),
    never_filled=("name", "parent_id"),
    why_not=_why_not,
    makes=(COPIES,),
    stays=(AccountFieldValue, AccountFieldChange, AccountOwnerChange),
)


def merge_accounts(*, survivor: Account, duplicate: Account, by: User | None, now: datetime) -> AccountMerge:
    """Raises MergeRefused."""
    merge: AccountMerge = merge_records(ACCOUNTS, survivor=survivor, duplicate=duplicate, by=by, now=now)
    return merge


def undo_account_merge(*, merge: AccountMerge, by: User | None, now: datetime) -> Account:
    """Returns the duplicate. Raises MergeRefused."""
    account: Account = undo_records(ACCOUNTS, merge=merge, by=by, now=now)
    return account
