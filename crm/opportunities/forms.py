"""What people say about an opportunity."""

from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q

from crm.contacts.models import Contact
from crm.fields.forms import CustomForm
from crm.opportunities.models import BuyingRole, Competitor, ForecastCategory, Opportunity, PipelineStage, Status
from crm.people.exchange import clean_currency
from crm.web.edits import VersionedForm

DAY = {"type": "date"}


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs=DAY, format="%Y-%m-%d")


class OpportunityForm(CustomForm):
    amount = forms.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)
    forecast_category = forms.ChoiceField(
        choices=[("", "As its stage says"), *ForecastCategory.choices], required=False, label="Forecast"
    )

    class Meta:
        model = Opportunity
        fields = ["name", "amount", "currency", "close_date", "forecast_category", "next_step", "next_step_on"]
        widgets = {"close_date": day_input(), "next_step_on": day_input()}

    def clean_currency(self) -> str:
        return clean_currency(self.cleaned_data["currency"])


class NextStepForm(VersionedForm):
    class Meta:
        model = Opportunity
        fields = ["next_step", "next_step_on"]
        labels = {"next_step": "Next step", "next_step_on": "On"}
        widgets = {"next_step_on": day_input()}


class CompetitorsForm(forms.Form):
    competitors = forms.ModelMultipleChoiceField(
        Competitor.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Who competes"
    )

    def __init__(self, *args: Any, opportunity: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Competitor.objects.filter(Q(active=True) | Q(opportunities=opportunity)).distinct()
        self.fields["competitors"].queryset = offered  # type: ignore[attr-defined]


class PipelineForm(forms.Form):
    """Another pipeline, and where in it."""

    stage = forms.ModelChoiceField(PipelineStage.objects.none(), label="Stage")

    def __init__(self, *args: Any, opportunity: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = PipelineStage.objects.filter(status=Status.OPEN).exclude(pipeline=opportunity.pipeline_id)
        others = others.select_related("pipeline").order_by("pipeline__name", "position")
        grouped = groupby(others, key=lambda stage: str(stage.pipeline))
        self.fields["stage"].queryset = others  # type: ignore[attr-defined]
        self.fields["stage"].choices = [  # type: ignore[attr-defined]
            (pipeline, [(stage.pk, str(stage)) for stage in stages]) for pipeline, stages in grouped
        ]


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=[("", "Unknown"), *BuyingRole.choices], required=False, label="Buying role")


class AddContactForm(RoleForm):
    contact = forms.ModelChoiceField(Contact.objects.none())
    field_order = ("contact", "role")

    def __init__(self, *args: Any, opportunity: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        missing = opportunity.account.contacts.exclude(roles__opportunity=opportunity)
        self.fields["contact"].queryset = missing  # type: ignore[attr-defined]
