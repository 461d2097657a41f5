"""What a condition compares with: as a person types it, as it is stored, as it is read."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.fields import time_frames
from leads.models import Choice, Operator, Question, QuestionCondition, QuestionKind

ONE_OF = (Operator.IN, Operator.NOT_IN)
BOUNDS = (Operator.AT_LEAST, Operator.AT_MOST)
# What can be asked of an answer of each kind, besides whether it is known.
OPERATORS: dict[str, tuple[Operator, ...]] = {
    QuestionKind.CHOICE: ONE_OF,
    QuestionKind.CHOICES: ONE_OF,
    QuestionKind.BOOLEAN: ONE_OF,
    QuestionKind.NUMBER: BOUNDS,
    QuestionKind.MONEY: BOUNDS,
    QuestionKind.DATE: BOUNDS,
    QuestionKind.TIME_FRAME: BOUNDS,
    QuestionKind.TEXT: (),
}
YES_NO = {"yes": "true", "no": "false", "true": "true", "false": "false"}
_AS_TYPED = {"true": "yes", "false": "no"}


EXAMPLES = {
    QuestionKind.DATE: "2026-12-31",
    QuestionKind.TIME_FRAME: "3 months",
    QuestionKind.NUMBER: "10",
    QuestionKind.MONEY: "5000",
}


class ConditionRefused(ValueError):
    """The condition can never hold, or makes no sense; the message is for a person."""


def parse(on: Question, operator: str, typed: str) -> Any:
    """``typed`` ("new, replace", "5000", "3 months") as it is stored. Raises ConditionRefused."""
    if operator == Operator.ANSWERED:
        return []
    if operator not in OPERATORS[on.kind]:
        allowed = ", ".join(f"“{one.label}”" for one in (Operator.ANSWERED, *OPERATORS[on.kind]))
        raise ConditionRefused(f"“{on}” is a question of the kind “{on.get_kind_display()}”: choose {allowed}.")
    return _listed(on, typed) if operator in ONE_OF else _bound(on, typed.strip())


def _listed(on: Question, typed: str) -> list[str]:
    options = _options(on)
    found: list[str] = []
    for line in filter(None, map(str.strip, typed.splitlines())):
        whole = options.get(line.lower())
        words = [line] if whole else [word.strip() for word in line.split(",") if word.strip()]
        found += [_option(on, options, word) for word in words]
    if not found:
        raise ConditionRefused(f"Name at least one answer: {_names(on)}.")
    return list(dict.fromkeys(found))


def _options(on: Question) -> dict[str, str]:
    """Stored value by what may be typed, in lower case: the value or the label."""
    if on.kind == QuestionKind.BOOLEAN:
        return YES_NO
    choices = on.choices.all()
    return {c.label.lower(): c.value for c in choices} | {c.value.lower(): c.value for c in choices}


def _option(on: Question, options: dict[str, str], word: str) -> str:
    if (found := options.get(word.lower())) is None:
        raise ConditionRefused(f"“{word[:50]}” is not an answer to “{on}”. There are: {_names(on)}.")
    return found


def _names(on: Question) -> str:
    names = ["yes", "no"] if on.kind == QuestionKind.BOOLEAN else [choice.value for choice in on.choices.all()]
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _bound(on: Question, typed: str) -> Any:
    try:
        if on.kind == QuestionKind.DATE:
            return date.fromisoformat(typed).isoformat()
        if on.kind == QuestionKind.TIME_FRAME:
            return _days(typed)
        return _number(typed)
    except (ValueError, InvalidOperation) as error:
        example = EXAMPLES[QuestionKind(on.kind)]
        raise ConditionRefused(f"“{typed[:50]}” cannot be compared with “{on}”. Example: {example}.") from error


def _days(typed: str) -> int:
    days = time_frames.parse_days(typed)
    if days is None:
        raise ValueError(typed)
    return days


def _number(typed: str) -> str:
    number = Decimal(typed)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise ValueError(typed)
    return str(number)


def as_typed(condition: QuestionCondition) -> str:
    """What ``parse`` makes this condition's value from."""
    if condition.operator == Operator.ANSWERED:
        return ""
    if isinstance(condition.value, list):
        words = [_AS_TYPED.get(str(item), str(item)) for item in condition.value]
        return ("\n" if any("," in word for word in words) else ", ").join(words)
    return f"{condition.value} days" if condition.on.kind == QuestionKind.TIME_FRAME else str(condition.value)


def describe(condition: QuestionCondition) -> str:
    """For a person: what must have been said."""
    operator = Operator(condition.operator)
    text = f"“{condition.on}” {operator.label}"
    if operator == Operator.ANSWERED:
        return text
    if not isinstance(condition.value, list):
        return f"{text} {as_typed(condition)}"
    labels = {choice.value: choice.label for choice in condition.on.choices.all()}
    values: list[str] = condition.value
    return f"{text}: " + ", ".join(labels.get(value) or _AS_TYPED.get(value, value) for value in values)


def uses_choice(condition: QuestionCondition, choice: Choice) -> bool:
    return condition.on_id == choice.question_id and condition.operator in ONE_OF and choice.value in condition.value
