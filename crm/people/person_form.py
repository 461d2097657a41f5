"""What forms of people's addresses and numbers check."""

from typing import Any

from django import forms

from crm.people.emails import InvalidEmail, email_key, parse_email
from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone


class ReachablePersonForm(forms.ModelForm):
    """For a model with e-mail, its key and phone: normalised, and no address twice."""

    def clean_email(self) -> str:
        value = self.cleaned_data["email"]
        if not value:
            return ""
        try:
            address = parse_email(value)
        except InvalidEmail as error:
            raise forms.ValidationError(str(error)) from error
        if self.others().filter(email_key=email_key(address)).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Somebody else has this e-mail address already.")
        return address

    def clean_phone(self) -> str:
        try:
            return parse_phone(self.cleaned_data["phone"], country=Company.current().country)
        except InvalidPhone as error:
            raise forms.ValidationError(str(error)) from error

    def others(self) -> Any:
        """Among whom an address must be unique."""
        return self._meta.model._default_manager.all()
