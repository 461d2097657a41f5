"""The form field that asks a question."""

from collections.abc import Callable
from typing import Any

from django import forms

from leads import time_frames
from leads.answers import MAX_TEXT, InvalidAnswer, clean_value
from leads.models import Question, QuestionKind


def form_field(question: Question, *, required: bool = False) -> forms.Field:
    """Its cleaned value is what ``clean_value`` takes; what it does not accept is an error at the field."""
    options = {"label": question.text, "help_text": question.help_text, "required": required}
    field = _FIELDS[question.kind](question, options)
    field.validators.append(_validator(question))
    return field


def _validator(question: Question) -> Callable[[Any], None]:
    def validate(value: Any) -> None:
        if value in ("", None, []):
            return
        try:
            clean_value(question, value)
        except InvalidAnswer as error:
            raise forms.ValidationError(str(error)) from error

    return validate


def _labels(question: Question) -> list[tuple[str, str]]:
    """Of the choices that are still offered."""
    return [(choice.value, choice.label) for choice in question.choices.all() if choice.active]


def _one_of(question: Question, options: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=_labels(question), widget=forms.RadioSelect, **options)


def _several_of(question: Question, options: dict[str, Any]) -> forms.Field:
    return forms.MultipleChoiceField(choices=_labels(question), widget=forms.CheckboxSelectMultiple, **options)


def _yes_or_no(question: Question, options: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect, **options)


def _time_frame(question: Question, options: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=time_frames.STEPS, widget=forms.RadioSelect, **options)


def _date(question: Question, options: dict[str, Any]) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **options)


_FIELDS: dict[str, Callable[[Question, dict[str, Any]], forms.Field]] = {
    QuestionKind.CHOICE: _one_of,
    QuestionKind.CHOICES: _several_of,
    QuestionKind.BOOLEAN: _yes_or_no,
    QuestionKind.NUMBER: lambda question, options: forms.DecimalField(**options),
    QuestionKind.MONEY: lambda question, options: forms.DecimalField(min_value=0, **options),
    QuestionKind.DATE: _date,
    QuestionKind.TIME_FRAME: _time_frame,
    QuestionKind.TEXT: lambda question, options: forms.CharField(
        max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3}), **options
    ),
}
