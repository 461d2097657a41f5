"""Forms of the admin's pages about pipelines."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from crm.opportunities.models import BuyingRole, DemandedField, StageDemand
from crm.people.exchange import ExchangeRate, clean_currency
from crm.people.models import Company


class ExchangeRateForm(forms.ModelForm):
    class Meta:
        model = ExchangeRate
        fields = ["currency", "on", "rate"]

    def clean_currency(self) -> str:
        currency = clean_currency(self.cleaned_data["currency"])
        if currency == Company.current().currency:
            raise forms.ValidationError("That is the company's own currency.")
        return currency

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("A rate of the future is not known yet.")
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.instance.pk and {"currency", "on"} <= cleaned.keys():
            self._refuse_a_second_one(cleaned["currency"], cleaned["on"])
        return cleaned

    def _refuse_a_second_one(self, currency: str, on: date) -> None:
        same = ExchangeRate.objects.filter(currency=currency, on=on, into=Company.current().currency)
        if same.exists():
            raise forms.ValidationError("There is a rate of that day already: change that one.")


class StageDemandForm(forms.ModelForm):
    """One list to choose from: buying roles and fields."""

    what = forms.ChoiceField(label="Asks for", widget=UnfoldAdminSelectWidget)

    class Meta:
        model = StageDemand
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(f"role:{value}", f"A contact in this role: {label.lower()}") for value, label in BuyingRole.choices]
        fields = [(f"field:{value}", label) for value, label in DemandedField.choices]
        self.fields["what"].choices = [("", "---------"), ("Buying roles", roles), ("Fields", fields)]  # type: ignore[attr-defined]
        if self.instance.pk:
            role, field = self.instance.role, self.instance.field
            self.fields["what"].initial = f"role:{role}" if role else f"field:{field}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, _, value = cleaned.get("what", "").partition(":")
        self.instance.role, self.instance.field = ("", value) if kind == "field" else (value, "")
        return cleaned
