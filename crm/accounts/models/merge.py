"""Two accounts that were one company."""

from django.db import models
from django.db.models import F, Q

from crm.accounts.models.account import Account
from crm.people.merges import Merge


class AccountMerge(Merge):
    survivor = models.ForeignKey(Account, models.PROTECT, related_name="merges")
    duplicate = models.ForeignKey(Account, models.PROTECT, related_name="merged_away")

    class Meta(Merge.Meta):
        constraints = [
            models.UniqueConstraint(
                name="account_is_merged_away_once", fields=["duplicate"], condition=Q(undone_at=None)
            ),
            models.CheckConstraint(name="merge_is_of_two_accounts", condition=~Q(survivor=F("duplicate"))),
        ]
