"""The form field that asks a question."""

from django import forms

from crm.fields import inputs
from leads.answers import asked_by
from leads.models import Question


def form_field(question: Question, *, required: bool = False) -> forms.Field:
    """Its cleaned value is what ``clean_value`` takes; what it does not accept is an error at the field."""
    return inputs.form_field(asked_by(question), required=required)
