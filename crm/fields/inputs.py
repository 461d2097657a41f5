"""The form field that asks for a value of a kind."""

from collections.abc import Callable, Collection
from copy import copy
from functools import lru_cache
from typing import Any, TypeVar

from django import forms

from crm.fields import time_frames
from crm.fields.kinds import Asked, FieldKind
from crm.fields.values import MAX_TEXT, InvalidValue, clean

F = TypeVar("F", bound=forms.Field)


def form_field(asked: Asked, *, required: bool = False, kept: Collection[str] = ()) -> forms.Field:
    """Its cleaned value is what ``clean`` takes; what it does not accept is an error at the field. ``kept``: choices
    that are offered although they are inactive, because they were chosen before."""
    return copied(_made(asked, required, frozenset(kept)))


def copied(field: F) -> F:
    """For one form, which may change it, or rather its widget's attributes. A deep copy copies every choice too."""
    one = copy(field)
    one.widget, one.error_messages, one.validators = copy(field.widget), {**field.error_messages}, [*field.validators]
    one.widget.attrs = {**field.widget.attrs}
    return one


@lru_cache(maxsize=500)
def _made(asked: Asked, required: bool, kept: frozenset[str]) -> forms.Field:
    options = {"label": asked.label, "help_text": asked.help_text, "required": required}
    field = _FIELDS[asked.kind](asked, options, kept)
    field.validators.append(_validator(asked))
    return field


def _validator(asked: Asked) -> Callable[[Any], None]:
    def validate(value: Any) -> None:
        if value in ("", None, []):
            return
        try:
            clean(asked, value)
        except InvalidValue as error:
            raise forms.ValidationError(str(error)) from error

    return validate


def _labels(asked: Asked, kept: Collection[str]) -> list[tuple[str, str]]:
    """Of the choices that are still offered."""
    return [(option.value, option.label) for option in asked.options if option.active or option.value in kept]


def _one_of(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.ChoiceField(choices=_labels(asked, kept), widget=forms.RadioSelect, **options)


def _several_of(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.MultipleChoiceField(choices=_labels(asked, kept), widget=forms.CheckboxSelectMultiple, **options)


def _yes_or_no(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect, **options)


def _number(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.DecimalField(**options)


def _money(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.DecimalField(min_value=0, **options)


def _time_frame(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.ChoiceField(choices=time_frames.STEPS, widget=forms.RadioSelect, **options)


def _date(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **options)


def _text(asked: Asked, options: dict[str, Any], kept: Collection[str]) -> forms.Field:
    return forms.CharField(max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3}), **options)


_FIELDS: dict[str, Callable[[Asked, dict[str, Any], Collection[str]], forms.Field]] = {
    FieldKind.CHOICE: _one_of,
    FieldKind.CHOICES: _several_of,
    FieldKind.BOOLEAN: _yes_or_no,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.TIME_FRAME: _time_frame,
    FieldKind.TEXT: _text,
}
