"""Correct what is known of a contact."""

from datetime import date
from typing import Any

from django import forms

from crm.accounts.choosing import ChooseAccountForm
from crm.contacts.models import AddressKind, Contact, ContactAddress, Medium
from crm.fields.forms import CustomForm
from crm.people.emails import email_key
from crm.people.person_form import ReachablePersonForm


class ContactForm(CustomForm, ReachablePersonForm):
    class Meta:
        model = Contact
        fields = ["first_name", "last_name", "job_title", "email", "email_kind", "phone", "phone_kind"]

    def clean_email(self) -> str:
        address = super().clean_email()
        if address and Contact.objects.with_email(email_key(address)).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Somebody else has this e-mail address already.")
        return address

    def others(self) -> Any:
        return Contact.objects.live()


class ContactAddressForm(forms.Form):
    """``address``: the one to correct, else a new one is added."""

    medium = forms.ChoiceField(choices=Medium.choices, label="What", widget=forms.RadioSelect, initial=Medium.EMAIL)
    value = forms.CharField(max_length=254, label="Address or number")
    kind = forms.ChoiceField(choices=AddressKind.choices)
    primary = forms.BooleanField(required=False, label="Use it first: make it the primary one")
    removed = forms.BooleanField(required=False, label="No longer theirs: take it out")

    def __init__(self, data: Any = None, *, address: ContactAddress | None = None) -> None:
        initial = {"value": address.value, "kind": address.kind} if address else {}
        super().__init__(data, initial=initial)
        del self.fields["medium" if address else "removed"]


class NewAccountForm(ChooseAccountForm):
    job_title = forms.CharField(max_length=100, required=False)
    on = forms.DateField(label="Since", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
