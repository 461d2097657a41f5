"""What a person says when moving a lead: why, and to whom."""

from django import forms

from leads.forms.bulk import reasons, reps
from leads.models import ReasonPurpose


class NoteForm(forms.Form):
    note = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class DisqualifyForm(NoteForm):
    reason = reasons(ReasonPurpose.DISQUALIFY)
    field_order = ("reason", "note")


class RejectForm(NoteForm):
    reason = reasons(ReasonPurpose.RECYCLE)
    field_order = ("reason", "note")


class AssignForm(forms.Form):
    to = reps()
    note = forms.CharField(max_length=200, required=False)
