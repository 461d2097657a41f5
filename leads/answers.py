"""Answers to questions, as typed, as stored, as shown: values of the kinds of ``crm.fields``."""

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import QuerySet

from crm.fields import values
from crm.fields.kinds import Asked, Option
from crm.fields.values import InvalidValue as InvalidAnswer
from leads.models import Question
from leads.models.question import CHOICE_KINDS

__all__ = ["InvalidAnswer", "asked_by", "clean_value", "display"]


_options: WeakKeyDictionary[Any, tuple[Option, ...]] = WeakKeyDictionary()  # of choices that were fetched beforehand


def asked_by(question: Question) -> Asked:
    """The choices are read only where there can be some."""
    options = _options_of(question) if question.kind in CHOICE_KINDS else ()
    return Asked(question.kind, question.text, question.help_text, options)


def _options_of(question: Question) -> tuple[Option, ...]:
    fetched = getattr(question, "_prefetched_objects_cache", {}).get("choices")
    if not isinstance(fetched, QuerySet):
        return _as_options(question.choices.all())
    if (options := _options.get(fetched)) is None:
        options = _options[fetched] = _as_options(fetched)
    return options


def _as_options(choices: Iterable[Any]) -> tuple[Option, ...]:
    return tuple(Option(choice.value, choice.label, choice.active, choice.pk) for choice in choices)


def clean_value(question: Question, raw: Any) -> Any:
    """``raw`` (a string of a form or file, or JSON) as the JSON that is stored. Raises InvalidAnswer."""
    return values.clean(asked_by(question), raw)


def display(question: Question, value: Any) -> str:
    """For people. A choice that no longer exists shows its stored value."""
    return values.display(asked_by(question), value)
