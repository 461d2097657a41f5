"""Where records of all kinds are shown."""

from typing import Any

from django.urls import reverse

from crm.accounts.models import IdentifiedProject


def page_of(record: Any) -> str:
    """A project is on its account's page; Today for what is on none."""
    pk = record.account_id if isinstance(record, IdentifiedProject) else record.pk
    return reverse(f"{record._meta.app_label}:detail", args=[pk]) if pk else reverse("web:today")
