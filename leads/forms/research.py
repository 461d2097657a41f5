"""What a rep found out: a profile, a fact, a project, who counts in it."""

from typing import Any

from django import forms

from crm.accounts.models import Account, IdentifiedProject
from crm.contacts.models import Contact, KeyContact
from crm.people.emails import InvalidEmail, parse_email
from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone
from crm.web.edits import VersionedForm
from crm.web.links import LinkField
from leads.models import Finding, FindingKind, Lead
from leads.networks import network_of
from leads.services.research import KNOWN

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ResearchForm(VersionedForm):
    """``removed``: it was wrong, or is out of date. Only where there is something to take out."""

    removed = forms.BooleanField(required=False, label="Wrong or out of date: take it out")
    OWN = (*VersionedForm.OWN, "removed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["removed"]


class FindingForm(ResearchForm):
    def __init__(self, *args: Any, about: Any, siblings: Any, **kwargs: Any) -> None:
        """``siblings``: what is known of the record ``about`` already."""
        self.about, self.siblings = about, siblings
        super().__init__(*args, **kwargs)


class ProfileForm(FindingForm):
    url = LinkField(label="Link", help_text="Such as https://www.linkedin.com/in/ada")
    of_company = forms.BooleanField(required=False, label="The company's profile, not the person's")

    class Meta:
        model = Finding
        fields = ["url", "of_company"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.about, Lead):
            del self.fields["of_company"]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        same = self.siblings.filter(kind=FindingKind.PROFILE, url=url).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(KNOWN)
        return url

    def fields_to_write(self) -> dict[str, Any]:
        whose = {"of_company": isinstance(self.about, Account)} | super().fields_to_write()
        return whose | {"label": network_of(self.cleaned_data["url"])[:60]}


class FactForm(FindingForm):
    label = forms.CharField(max_length=60, label="What", help_text="Such as revenue, technologies, funding, locations")
    value = forms.CharField(max_length=1_000, label="Says", widget=forms.Textarea(attrs={"rows": 2}))
    url = LinkField(required=False, label="Where it says so")

    class Meta:
        model = Finding
        fields = ["label", "value", "url"]

    def fields_to_write(self) -> dict[str, Any]:
        return super().fields_to_write() | {"of_company": True}


class ProjectForm(ResearchForm):
    url = LinkField(required=False, label="Where it says so")

    class Meta:
        model = IdentifiedProject
        fields = ["name", "description", "phase", "starts_on", "ends_on", "amount", "currency", "url"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3}), "starts_on": DAY, "ends_on": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].min_value = 0  # type: ignore[attr-defined]
        self.fields["amount"].widget.attrs["min"] = 0
        self.fields["currency"].help_text = "Three letters, such as EUR."

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount is not None and amount < 0:
            raise forms.ValidationError("A value is not negative.")
        return amount

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].upper()
        if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise forms.ValidationError("Use the currency's code of three letters. Example: EUR.")
        return currency

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("starts_on") and given.get("ends_on") and given["ends_on"] < given["starts_on"]:
            self.add_error("ends_on", "It cannot end before it starts.")
        if given.get("amount") is None:
            given["currency"] = ""
        elif not given.get("currency") and "currency" not in self.errors:
            given["currency"] = Company.current().currency

    def _get_validation_exclusions(self) -> Any:
        """Value and currency, start and end are checked above, with a message at the field."""
        return super()._get_validation_exclusions() | {"amount", "currency", "starts_on", "ends_on"}  # type: ignore[misc]


class KeyContactForm(ResearchForm):
    class Meta:
        model = KeyContact
        fields = ["contact", "name", "job_title", "role", "email", "phone"]

    def __init__(self, *args: Any, contacts: Any, **kwargs: Any) -> None:
        """``contacts``: of the project's account, to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = contacts  # type: ignore[attr-defined]
        self.fields["contact"].empty_label = "Somebody who is no contact yet"  # type: ignore[attr-defined]
        if not contacts.exists():
            del self.fields["contact"]

    def clean_email(self) -> str:
        try:
            return parse_email(self.cleaned_data["email"]) if self.cleaned_data["email"] else ""
        except InvalidEmail as error:
            raise forms.ValidationError(str(error)) from error

    def clean_phone(self) -> str:
        try:
            return parse_phone(self.cleaned_data["phone"], country=Company.current().country)
        except InvalidPhone as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> None:
        contact: Contact | None = self.cleaned_data.get("contact")
        if contact is None and not self.cleaned_data.get("name") and "name" not in self.errors:
            self.add_error("name", "Who is it?")
        others = self.instance.project.key_contacts.kept().exclude(pk=self.instance.pk)
        if contact is not None and others.filter(contact=contact).exists():
            self.add_error("contact", f"{contact} is part of this project already.")

    def _get_validation_exclusions(self) -> Any:
        return super()._get_validation_exclusions() | {"contact", "name"}  # type: ignore[misc]
