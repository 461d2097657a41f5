"""Forms of the admin's pages about pipelines."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from crm.fields.models import CustomField, RecordKind
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
        custom = [(f"custom:{field.pk}", field.label) for field in askable_fields()]
        groups = [("Buying roles", roles), ("Fields", fields), *([("Custom fields", custom)] if custom else [])]
        self.fields["what"].choices = [("", "---------"), *groups]  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["what"].initial = _what(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, _, value = cleaned.get("what", "").partition(":")
        self.instance.role = value if kind == "role" else ""
        self.instance.field = value if kind == "field" else ""
        self.instance.custom_field_id = int(value) if kind == "custom" else None
        return cleaned


def askable_fields() -> QuerySet[CustomField]:
    """Whoever moves an opportunity fills in what its stage asks for, so they must see it."""
    fields = CustomField.objects.filter(record_kind=RecordKind.OPPORTUNITY, active=True)
    found: QuerySet[CustomField] = fields.filter(reps_see=True, sales_managers_see=True)
    return found


def _what(demand: StageDemand) -> str:
    if demand.custom_field_id:
        return f"custom:{demand.custom_field_id}"
    return f"role:{demand.role}" if demand.role else f"field:{demand.field}"
