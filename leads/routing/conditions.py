"""Does a rule fit a lead? All of its conditions must hold; why not is said for a person."""

from collections.abc import Iterable
from typing import Any, Protocol

from leads.comparing import holds
from leads.models import Operator, Question
from leads.routing.subject import Subject

UNKNOWN: tuple[Any, ...] = ("", None, [])


class Condition(Protocol):
    """A routing condition, or whatever else looks at a lead in the same way."""

    question: Question | None
    question_id: int | None
    field: str
    operator: str
    value: list[Any]

    def get_field_display(self) -> str: ...


def why_not(conditions: Iterable[Any], subject: Subject) -> str:
    """The first condition that does not hold; "" where all do. What is unknown is "none of" anything,
    and nothing else."""
    for condition in conditions:
        value = subject.value(condition)
        if value in UNKNOWN:
            if condition.operator != Operator.NOT_IN:
                return f"{_name(condition)} is unknown."
        elif not _holds(condition, value):
            return f"{_name(condition)} is “{_shown(value)}”; the rule wants it {_wanted(condition)}."
    return ""


def _holds(condition: Condition, value: Any) -> bool:
    """Fields of the lead whatever their capitals; answers exactly."""
    bound = condition.value
    if condition.operator in (Operator.AT_LEAST, Operator.AT_MOST):
        return holds(condition.operator, value, bound[0])
    if condition.question_id is None:
        value, bound = _folded(value), _folded(bound)
    return holds(condition.operator, value, bound)


def _folded(value: Any) -> Any:
    return [str(each).casefold() for each in value] if isinstance(value, list) else str(value).casefold()


def _name(condition: Condition) -> str:
    return str(condition.question) if condition.question else condition.get_field_display()


def _wanted(condition: Condition) -> str:
    values = " or ".join(f"“{value}”" for value in condition.value)
    return f"{Operator(condition.operator).label.removeprefix('is ')} {values}".strip()


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
