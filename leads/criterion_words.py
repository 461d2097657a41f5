"""Criteria in words: for the summary of a policy, what changes between two versions, and the lead page."""

from crm.fields.time_frames import describe as describe_days
from leads.models import Criterion, EngagementKind, Operator, Policy, QuestionKind

_BOUNDS = {Operator.AT_LEAST: "at least", Operator.AT_MOST: "at most"}
_DATES = {Operator.AT_LEAST: "on or after", Operator.AT_MOST: "on or before"}
_HAPPENED = {
    EngagementKind.REPLY: ("reply", "replies"),
    EngagementKind.CALL_CONNECTED: ("call connected", "calls connected"),
    EngagementKind.CLICK: ("click", "clicks"),
    EngagementKind.VISIT: ("visit", "visits"),
    EngagementKind.MEETING: ("meeting", "meetings"),
}


def asks_for(criterion: Criterion) -> str:
    """What must hold: “Budget?” is one of 5,000 to 25,000, more."""
    if criterion.engagement:
        happened = times(criterion.engagement, criterion.page, int(criterion.value))
        return f"{_bound(criterion)} {happened}{_window(criterion)}"
    if criterion.age:
        return f"{criterion.get_age_display()}: {_bound(criterion).lower()} {criterion.value}"
    if criterion.question is None:
        return f"{criterion.get_field_display()} {_compared(criterion, {})}"
    choices = {choice.value: choice.label for choice in criterion.question.choices.all()}
    recent = f", said within the last {days(criterion.within_days)}" if criterion.within_days else ""
    return f"“{criterion.question}” {_compared(criterion, choices)}{recent}"


def times(kind: str, page: str, count: int) -> str:
    """3 visits to “pricing”."""
    one, many = _HAPPENED[EngagementKind(kind)]
    return f"{count} {one if count == 1 else many}{f' to “{page}”' if page else ''}"


def counts_for(criterion: Criterion) -> str:
    """What it is worth: must-have, 20 points, halving every 90 days."""
    points = f"{criterion.points} point{'' if abs(criterion.points) == 1 else 's'}" if criterion.points else ""
    fading = f"halving every {days(criterion.half_life_days)}" if points and criterion.half_life_days else ""
    return ", ".join(filter(None, ["must-have" if criterion.must_have else "", points, fading])) or "nothing"


def days(count: int) -> str:
    return "day" if count == 1 else f"{count} days"


def rule_of(policy: Policy, criteria: list[Criterion]) -> str:
    """A policy in one sentence."""
    must = sum(criterion.must_have for criterion in criteria)
    most = sum(max(criterion.points, 0) for criterion in criteria)
    needs = {0: "", 1: " and with its must-have"}.get(must, f" and with all {must} must-haves")
    return f"Qualified from {policy.threshold} of {most} points{needs}."


def _bound(criterion: Criterion) -> str:
    return _BOUNDS[Operator(criterion.operator)].capitalize()


def _window(criterion: Criterion) -> str:
    return f" in the last {days(criterion.within_days)}" if criterion.within_days else ""


def _compared(criterion: Criterion, choices: dict[str, str]) -> str:
    operator = Operator(criterion.operator)
    if operator == Operator.ANSWERED:
        return "is known"
    if isinstance(criterion.value, list):
        return f"{operator.label} " + ", ".join(_label(str(item), choices) for item in criterion.value)
    kind = criterion.question.kind if criterion.question else ""
    if kind == QuestionKind.TIME_FRAME:
        return f"is {_BOUNDS[operator]} “{describe_days(int(criterion.value))}”"
    return f"is {(_DATES if kind == QuestionKind.DATE else _BOUNDS)[operator]} {criterion.value}"


def _label(value: str, choices: dict[str, str]) -> str:
    return choices.get(value) or {"true": "Yes", "false": "No"}.get(value, value)


def with_choices(policy: Policy) -> list[Criterion]:
    """The criteria with all that their words need."""
    return list(policy.criteria.select_related("question").prefetch_related("question__choices"))
