"""Correct what is known of an account."""

from typing import Any

from django import forms

from crm.accounts.models import Account
from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone
from crm.web.edits import VersionedForm


class AccountForm(VersionedForm):
    class Meta:
        model = Account
        fields = [
            "name",
            "domain",
            "industry",
            "employees",
            "phone",
            "street",
            "postcode",
            "city",
            "region",
            "country",
        ]

    def clean_domain(self) -> str:
        domain: str = self.cleaned_data["domain"].strip().lower()
        taken = Account.objects.filter(domain=domain).exclude(pk=self.instance.pk)
        if domain and taken.exists():
            raise forms.ValidationError("Another account has this domain already.")
        return domain

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_phone(self) -> str:
        try:
            return parse_phone(self.cleaned_data["phone"], country=Company.current().country)
        except InvalidPhone as error:
            raise forms.ValidationError(str(error)) from error

    def _get_validation_exclusions(self) -> Any:
        """The domain's uniqueness is checked above, with a message of its own."""
        return super()._get_validation_exclusions() | {"domain"}  # type: ignore[misc]
