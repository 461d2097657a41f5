"""What people say about an opportunity."""

from typing import Any

from django import forms

from crm.contacts.models import Contact
from crm.opportunities.models import BuyingRole, Opportunity
from crm.web.edits import VersionedForm

DAY = {"type": "date"}


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs=DAY, format="%Y-%m-%d")


class OpportunityForm(VersionedForm):
    amount = forms.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)

    class Meta:
        model = Opportunity
        fields = ["name", "amount", "currency", "close_date", "next_step", "next_step_on"]
        widgets = {"close_date": day_input(), "next_step_on": day_input()}

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].upper()
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise forms.ValidationError("Use the currency's code of three letters. Example: EUR.")
        return currency


class NextStepForm(VersionedForm):
    class Meta:
        model = Opportunity
        fields = ["next_step", "next_step_on"]
        labels = {"next_step": "Next step", "next_step_on": "On"}
        widgets = {"next_step_on": day_input()}


class WinForm(forms.Form):
    amount = forms.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)
    reason = forms.CharField(max_length=200, required=False, label="Why we won")


class LoseForm(forms.Form):
    reason = forms.CharField(max_length=200, label="Why we lost")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=[("", "Unknown"), *BuyingRole.choices], required=False, label="Buying role")


class AddContactForm(RoleForm):
    contact = forms.ModelChoiceField(Contact.objects.none())
    field_order = ("contact", "role")

    def __init__(self, *args: Any, opportunity: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        missing = opportunity.account.contacts.exclude(roles__opportunity=opportunity)
        self.fields["contact"].queryset = missing  # type: ignore[attr-defined]
