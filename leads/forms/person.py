"""Who a lead is: to correct it, and to add one."""

from typing import Any

from django import forms

from crm.campaigns.models import Source
from crm.fields.definitions import definitions
from crm.fields.forms import CustomFields, CustomForm
from crm.fields.models import RecordKind
from crm.people.models import User
from crm.people.person_form import ReachablePersonForm
from leads.forms.answers import AnswersForm
from leads.models import Lead, Provenance
from leads.services.person import MOST_EMPLOYEES, PERSON_FIELDS


class LeadForm(CustomForm, ReachablePersonForm):
    class Meta:
        model = Lead
        fields = [*PERSON_FIELDS, "source", "campaign"]

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"].upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError("Use the country's code of two letters. Example: US.")
        return country

    def others(self) -> Any:
        return Lead.objects.live()


class NewLeadForm(CustomFields, AnswersForm):
    """A person that a rep adds: they called, or the rep found them."""

    provenance = forms.ChoiceField(
        label="How do you know them?",
        choices=[(Provenance.CALL, "They called us (an inquiry)"), (Provenance.RESEARCH, "I found them (research)")],
        initial=Provenance.CALL,
        widget=forms.RadioSelect,
    )
    first_name = forms.CharField(max_length=100, required=False)
    last_name = forms.CharField(max_length=100, required=False)
    email = forms.CharField(max_length=254, required=False, label="E-mail", widget=forms.EmailInput)
    phone = forms.CharField(max_length=40, required=False)
    company = forms.CharField(max_length=200, required=False)
    job_title = forms.CharField(max_length=100, required=False)
    postcode = forms.CharField(max_length=20, required=False)
    city = forms.CharField(max_length=100, required=False)
    region = forms.CharField(max_length=100, required=False, help_text="State, province or county.")
    country = forms.CharField(max_length=2, required=False, help_text="Two letters, such as US.")
    industry = forms.CharField(max_length=100, required=False)
    employees = forms.IntegerField(min_value=0, max_value=MOST_EMPLOYEES, required=False)
    source = forms.ModelChoiceField(Source.objects.all(), required=False, empty_label="Unknown")
    words = forms.CharField(
        max_length=5000, required=False, label="What they said", widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_inputs(definitions(RecordKind.LEAD, user=user), {})

    @property
    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PERSON_FIELDS if name in self.cleaned_data}

    def clean(self) -> None:
        """Answers are welcome and not needed."""

    def add_refusals(self, errors: dict[str, str]) -> None:
        for key, message in errors.items():
            if key in self.fields:
                self.add_error(key, message)
            else:
                self.add_answer_errors({key: message})
