"""Correct what is known of an account."""

from typing import Any

from django import forms

from crm.accounts.models import Account, AccountAddress
from crm.fields.forms import CustomForm
from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone


def country_code(value: str) -> str:
    code = value.strip().upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise forms.ValidationError("Use the country's code of two letters. Example: US.")
    return code


class AccountForm(CustomForm):
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
        taken = Account.objects.live().filter(domain=domain).exclude(pk=self.instance.pk)
        if domain and taken.exists():
            raise forms.ValidationError("Another account has this domain already.")
        return domain

    def clean_country(self) -> str:
        return country_code(self.cleaned_data["country"])

    def clean_phone(self) -> str:
        try:
            return parse_phone(self.cleaned_data["phone"], country=Company.current().country)
        except InvalidPhone as error:
            raise forms.ValidationError(str(error)) from error

    def _get_validation_exclusions(self) -> Any:
        """The domain's uniqueness is checked above, with a message of its own."""
        return super()._get_validation_exclusions() | {"domain"}  # type: ignore[misc]


class AddressForm(forms.ModelForm):
    removed = forms.BooleanField(required=False, label="No longer theirs: take it out")

    class Meta:
        model = AccountAddress
        fields = ["kind", "street", "postcode", "city", "region", "country"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["removed"]

    def clean_country(self) -> str:
        return country_code(self.cleaned_data["country"])

    def clean(self) -> None:
        if not self.errors and not self.cleaned_data["street"] and not self.cleaned_data["city"]:
            self.add_error("city", "Where is it? Street or city is needed.")

    def _get_validation_exclusions(self) -> Any:
        """Checked above, with a message at the field."""
        return super()._get_validation_exclusions() | {"street", "city"}  # type: ignore[misc]
