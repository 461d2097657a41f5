"""Does a rule fit a lead? All of its conditions must hold; why not is said for a person."""

from collections.abc import Iterable
from typing import Any

from leads.comparing import holds
from leads.models import Operator, RoutingCondition, RoutingField
from leads.routing.subject import Subject

UNKNOWN: tuple[Any, ...] = ("", None, [])


def why_not(conditions: Iterable[RoutingCondition], subject: Subject) -> str:
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


def _holds(condition: RoutingCondition, value: Any) -> bool:
    """Fields of the lead whatever their capitals; answers exactly."""
    bound = condition.value
    if condition.operator in (Operator.AT_LEAST, Operator.AT_MOST):
        return holds(condition.operator, value, bound[0])
    if condition.question_id is None:
        value, bound = str(value).casefold(), [str(each).casefold() for each in bound]
    return holds(condition.operator, value, bound)


def _name(condition: RoutingCondition) -> str:
    return str(condition.question) if condition.question else str(RoutingField(condition.field).label)


def _wanted(condition: RoutingCondition) -> str:
    values = " or ".join(f"“{value}”" for value in condition.value)
    return f"{Operator(condition.operator).label.removeprefix('is ')} {values}".strip()


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
