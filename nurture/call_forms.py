"""What a rep says when a call is not made now."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from crm.people.models import Role, User
from nurture.services.call_changes import check_time_to_come
from nurture.services.open_calls import CallRefused

PICKER = {"type": "datetime-local"}
CALLERS = (Role.REP, Role.SALES_MANAGER, Role.ADMINISTRATOR)


def moment(label: str, **kwargs: Any) -> forms.DateTimeField:
    """Typed in the rep's own zone."""
    attrs = PICKER | kwargs.pop("attrs", {})
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs=attrs, format="%Y-%m-%dT%H:%M"), **kwargs)


def time_to_come(at: datetime | None) -> datetime | None:
    """Raises ValidationError."""
    try:
        check_time_to_come(at, now=timezone.now())
    except CallRefused as refused:
        raise forms.ValidationError(str(refused)) from refused
    return at


class CallBackForm(forms.Form):
    call_back_at = moment("Call back at")

    def clean_call_back_at(self) -> datetime | None:
        return time_to_come(self.cleaned_data["call_back_at"])


class GiveForm(forms.Form):
    about = "to"  # the field that a refusal is told at

    to = forms.ModelChoiceField(
        User.objects.filter(is_active=True, role__in=CALLERS), label="To", empty_label="Choose a colleague"
    )
    reason = forms.CharField(max_length=200, required=False, label="Note")


class PutOffForm(forms.Form):
    about = "until"

    until = moment("Until", help_text="In your own time.")
    reason = forms.CharField(max_length=200, label="Why")

    def clean_until(self) -> datetime | None:
        return time_to_come(self.cleaned_data["until"])


class DropForm(forms.Form):
    about = "reason"

    reason = forms.CharField(max_length=200, label="Why")
