"""What a criterion may look at, how it can be compared, and the field that asks for the value of each kind."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminTextInputWidget,
)

from crm.campaigns.models import Campaign, Source
from leads.models import AgeField, EngagementKind, FactField, Operator, Question, QuestionKind

KNOWN = (Operator.ANSWERED,)
ONE_OF = (Operator.IN, Operator.NOT_IN)
BOUNDS = (Operator.AT_LEAST, Operator.AT_MOST)
MAX_TIMES, MAX_DAYS = 200, 36_500
YES_NO = [("true", "Yes"), ("false", "No")]


class ListField(forms.CharField):
    """Texts with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        hint = {"placeholder": "US, DE, FR"}
        super().__init__(max_length=2_000, widget=UnfoldAdminTextInputWidget(attrs=hint), **kwargs)

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(filter(None, map(str.strip, super().clean(value).split(",")))))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value


@dataclass(frozen=True)
class Kind:
    """``field()``: the form field of the value. ``store``: its cleaned value as JSON. ``wanted``: what to say where it
    is blank. ``ages``: answers and engagement get older, so they may fade."""

    operators: tuple[Operator, ...]
    field: Callable[[], forms.Field]
    wanted: str
    store: Callable[[Any], Any] = lambda value: value
    ages: bool = False


def kind_of(subject: str) -> Kind | None:
    """None for what there is not. ``subject`` as ``leads.evaluation`` names it."""
    what, _, name = subject.partition(":")
    if what == "answer":
        question = Question.objects.filter(key=name).prefetch_related("choices").first()
        return _of_question(question) if question else None
    if what == "engagement" and name in EngagementKind.values:
        return Kind(BOUNDS, _whole(MAX_TIMES, "1"), "Enter how often. Example: 2.", ages=True)
    if what == "age" and name in AgeField.values:
        return Kind(BOUNDS, _whole(MAX_DAYS, "30"), "Enter a number of days. Example: 30.")
    if what == "field" and name in FactField.values:
        return _of_field(name)
    return None


def subjects() -> list[tuple[str, list[tuple[str, str]]]]:
    """For a select, in groups."""
    asked = Question.objects.order_by("-active", "position", "pk")
    return [
        ("Answers", [(f"answer:{q.key}", f"{q}{'' if q.active else ' (retired)'}") for q in asked]),
        ("The lead", [(f"field:{value}", label) for value, label in FactField.choices]),
        ("Engagement", [(f"engagement:{value}", label) for value, label in EngagementKind.choices]),
        ("Age", [(f"age:{value}", label) for value, label in AgeField.choices]),
    ]


def _of_question(question: Question) -> Kind:
    choices = [(choice.value, choice.label) for choice in question.choices.all()]
    number = UnfoldAdminDecimalFieldWidget
    kinds: dict[str, Kind] = {
        QuestionKind.CHOICE: Kind(ONE_OF + KNOWN, _checked(choices), "Tick at least one answer."),
        QuestionKind.CHOICES: Kind(ONE_OF + KNOWN, _checked(choices), "Tick at least one answer."),
        QuestionKind.BOOLEAN: Kind(ONE_OF + KNOWN, _checked(YES_NO), "Tick yes or no."),
        QuestionKind.NUMBER: Kind(BOUNDS + KNOWN, _decimal(number, "10"), "Enter a number. Example: 10.", _number),
        QuestionKind.MONEY: Kind(BOUNDS + KNOWN, _decimal(number, "5000"), "Enter an amount. Example: 5000.", _number),
        QuestionKind.DATE: Kind(
            BOUNDS + KNOWN, _date, "Enter a date. Example: 2026-12-31.", lambda day: day.isoformat()
        ),
        QuestionKind.TIME_FRAME: Kind(BOUNDS + KNOWN, _whole(MAX_DAYS, "90"), "Enter a number of days. Example: 90."),
        QuestionKind.TEXT: Kind(KNOWN + ONE_OF, lambda: ListField(required=False), "Enter texts. Example: yes, maybe."),
    }
    kind = kinds[question.kind]
    return Kind(kind.operators, kind.field, kind.wanted, kind.store, ages=True)


def _of_field(name: str) -> Kind:
    if name == FactField.SOURCE:
        return Kind(ONE_OF + KNOWN, _picked(Source.objects.values_list("key", "name")), "Choose at least one source.")
    if name == FactField.CAMPAIGN:
        picked = _picked(Campaign.objects.values_list("key", "name"))
        return Kind(ONE_OF + KNOWN, picked, "Choose at least one campaign.")
    return Kind(ONE_OF + KNOWN, lambda: ListField(required=False), "Enter values with commas between them.")


def _checked(choices: Iterable[tuple[str, str]]) -> Callable[[], forms.Field]:
    return lambda: forms.MultipleChoiceField(
        choices=list(choices), widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False
    )


def _picked(choices: Iterable[tuple[str, str]]) -> Callable[[], forms.Field]:
    return lambda: forms.MultipleChoiceField(
        choices=list(choices), widget=UnfoldAdminSelect2MultipleWidget, required=False
    )


def _whole(most: int, hint: str) -> Callable[[], forms.Field]:
    widget = UnfoldAdminIntegerFieldWidget
    return lambda: forms.IntegerField(
        min_value=0, max_value=most, widget=widget(attrs={"placeholder": hint}), required=False
    )


def _decimal(widget: type[forms.Widget], hint: str) -> Callable[[], forms.Field]:
    return lambda: forms.DecimalField(
        max_digits=14, decimal_places=2, widget=widget(attrs={"placeholder": hint}), required=False
    )


def _date() -> forms.Field:
    return forms.DateField(widget=UnfoldAdminDateWidget(attrs={"placeholder": "2026-12-31"}), required=False)


def _number(value: Any) -> int | str:
    return int(value) if value == value.to_integral_value() else str(value)
