"""What a person is asked on the way to a stage: what it demands, and why it was won or lost."""

from dataclasses import replace
from typing import Any

from django import forms

from crm.campaigns.models import Campaign, Source
from crm.contacts.models import Contact
from crm.fields.definitions import definition_of
from crm.fields.forms import CustomFields
from crm.opportunities.demands import missing_for
from crm.opportunities.forms import day_input
from crm.opportunities.models import (
    BuyingRole,
    CloseReason,
    Competitor,
    DemandedField,
    Opportunity,
    PipelineStage,
    StageDemand,
    Status,
)
from crm.opportunities.services import Told


def amount_field(*, required: bool) -> forms.DecimalField:
    return forms.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=required)


def _role_field(demand: StageDemand, opportunity: Opportunity) -> forms.Field:
    people = Contact.objects.filter(account=opportunity.account_id)
    return forms.ModelChoiceField(people, label=BuyingRole(demand.role).label, help_text=f"At {opportunity.account}.")


def _demanded_field(demand: StageDemand) -> forms.Field:
    label = str(demand)
    match demand.field:
        case DemandedField.AMOUNT:
            return amount_field(required=True)
        case DemandedField.NEXT_STEP_ON:
            return forms.DateField(label=label, widget=day_input())
        case DemandedField.SOURCE:
            return forms.ModelChoiceField(Source.objects.all(), label=label)
        case DemandedField.CAMPAIGN:
            return forms.ModelChoiceField(Campaign.objects.all(), label=label)
        case DemandedField.COMPETITORS:
            offered = Competitor.objects.filter(active=True)
            return forms.ModelMultipleChoiceField(offered, label=label, widget=forms.CheckboxSelectMultiple)
    return forms.CharField(label=label, max_length=200)


class StageForm(CustomFields, forms.Form):
    """A required field for each thing that is missing."""

    def __init__(self, *args: Any, opportunity: Opportunity, stage: PipelineStage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opportunity = opportunity
        self.missing = missing_for(opportunity, stage)
        custom = [definition_of(demand.custom_field) for demand in self.missing if demand.custom_field]
        for demand in self.missing:
            if demand.role:
                self.fields[f"role_{demand.role}"] = _role_field(demand, opportunity)
            elif demand.field:
                self.fields[demand.field] = _demanded_field(demand)
        self.add_inputs([replace(field, required=True) for field in custom], {})

    def told(self) -> Told:
        given = self.cleaned_data
        roles = {demand.role: given[f"role_{demand.role}"] for demand in self.missing if demand.role}
        fields = {demand.field: given[demand.field] for demand in self.missing if demand.field}
        competitors = fields.pop(DemandedField.COMPETITORS, ())
        return Told(fields=fields, roles=roles, competitors=competitors, custom=self.custom)

    def closing(self) -> dict[str, Any]:
        """What else the service wants to know."""
        return {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        people = [person for name, person in cleaned.items() if name.startswith("role_") and person]
        if len(people) > len(set(people)):
            raise forms.ValidationError("Each contact has one buying role: choose different people.")
        return cleaned


def _reasons(status: Status) -> Any:
    return CloseReason.objects.filter(status=status, active=True)


class WinForm(StageForm):
    amount = amount_field(required=False)
    because = forms.ModelChoiceField(CloseReason.objects.none(), required=False, label="Why we won")
    reason = forms.CharField(max_length=200, required=False, label="In your words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].queryset = _reasons(Status.WON)  # type: ignore[attr-defined]
        self.fields["amount"].initial = self.opportunity.amount
        self.fields["amount"].label = f"Amount in {self.opportunity.currency}"

    def closing(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("amount", "because", "reason")}


class LoseForm(StageForm):
    because = forms.ModelChoiceField(CloseReason.objects.none(), required=False, label="Why we lost")
    lost_to = forms.ModelChoiceField(Competitor.objects.none(), required=False, label="To whom")
    reason = forms.CharField(max_length=200, required=False, label="In your words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].queryset = _reasons(Status.LOST)  # type: ignore[attr-defined]
        self.fields["lost_to"].queryset = Competitor.objects.filter(active=True)  # type: ignore[attr-defined]
        self.fields["lost_to"].empty_label = "Nobody, or not known"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not (cleaned.get("because") or cleaned.get("reason", "").strip()):
            self.add_error("because", "Choose a reason, or say it in your words.")
        return cleaned

    def closing(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("because", "lost_to", "reason")}
