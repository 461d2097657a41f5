"""Answers to questions, as typed, as stored, as shown: values of the kinds of ``crm.fields``."""

from typing import Any

from crm.fields import values
from crm.fields.kinds import Asked, Option
from crm.fields.values import InvalidValue as InvalidAnswer
from leads.models import Question
from leads.models.question import CHOICE_KINDS

__all__ = ["InvalidAnswer", "asked_by", "clean_value", "display"]


def asked_by(question: Question) -> Asked:
    """The choices are read only where there can be some."""
    choices = question.choices.all() if question.kind in CHOICE_KINDS else ()
    options = tuple(Option(choice.value, choice.label, choice.active, choice.pk) for choice in choices)
    return Asked(question.kind, question.text, question.help_text, options)


def clean_value(question: Question, raw: Any) -> Any:
    """``raw`` (a string of a form or file, or JSON) as the JSON that is stored. Raises InvalidAnswer."""
    return values.clean(asked_by(question), raw)


def display(question: Question, value: Any) -> str:
    """For people. A choice that no longer exists shows its stored value."""
    return values.display(asked_by(question), value)
