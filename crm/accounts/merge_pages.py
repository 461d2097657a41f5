"""Merging accounts, on pages."""

from collections.abc import Iterator

from crm.accounts.matching import matching_accounts
from crm.accounts.models import Account
from crm.accounts.services.merging import ACCOUNTS, merge_accounts, undo_account_merge
from crm.fields.merge_lines import lines
from crm.people.merge_views import MergePages


def suggest(account: Account) -> Iterator[tuple[Account, str]]:
    for match in matching_accounts(name=account.name, domain="", not_this=account.pk):
        yield match.account, match.reason


PAGES = MergePages(ACCOUNTS, "accounts", "account", merge_accounts, undo_account_merge, suggest, more_lines=lines)
