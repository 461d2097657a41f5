"""Custom fields of accounts: values and how they changed."""

from django.db import models

from crm.accounts.models.account import Account
from crm.fields.models import FieldChange, FieldValue


class AccountFieldValue(FieldValue):
    record = models.ForeignKey(Account, models.CASCADE, related_name="custom_values", db_index=False)


class AccountFieldChange(FieldChange):
    record = models.ForeignKey(Account, models.CASCADE, related_name="custom_changes")
