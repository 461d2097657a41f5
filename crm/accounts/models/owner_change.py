"""Whose accounts were."""

from django.db import models

from crm.accounts.models.account import Account
from crm.people.handing_over import OwnerChange


class AccountOwnerChange(OwnerChange):
    record = models.ForeignKey(Account, models.CASCADE, related_name="owner_changes")
