"""Time frames: by when somebody wants to decide. Stored as ``{"days": 90}``, days from the day of the answer to the end
of the time frame; 0 is now, None is no plan. For comparing, no plan is later than any plan."""

import re
from decimal import Decimal
from typing import Any

MAX_DAYS = 36_500
NOW, NO_PLAN = "0", "none"

# What forms offer: the text that is posted, and its label.
STEPS = [
    (NOW, "Now"),
    ("30", "Within a month"),
    ("90", "Within three months"),
    ("180", "Within six months"),
    ("365", "Within a year"),
    ("730", "Later"),
    (NO_PLAN, "No plan yet"),
]
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
_WORDS = {
    "now": 0,
    "today": 0,
    "at once": 0,
    "immediately": 0,
    "later": 730,
    "none": None,
    "no plan": None,
    "no plan yet": None,
    "never": None,
}
_LABELS = dict(STEPS)
_SPAN = re.compile(r"(?:within |in )?([0-9]{1,5}) ?([a-z]*)")
_UNIT = re.compile(r"(day|week|month|quarter|year)s?")


def parse_days(text: str) -> int | None:
    """``"90"``, ``"3 months"``, ``"within 2 weeks"``, ``"now"``, ``"later"``, ``"none"``. Raises ValueError."""
    words = " ".join(text.lower().split())
    if words in _WORDS:
        return _WORDS[words]
    by_label = {label.lower(): value for value, label in STEPS}
    words = by_label.get(words, words)
    if words == NO_PLAN:
        return None
    found = _SPAN.fullmatch(words)
    if not found:
        raise ValueError(text)
    return days_of(int(found[1]), found[2] or "day")


def days_of(number: int, unit: str) -> int:
    """Twelve months are a year of 365 days, one is 30. Raises ValueError for an unknown unit or more than a century."""
    named = _UNIT.fullmatch(unit.lower())
    if not named:
        raise ValueError(unit)
    years, rest = divmod(number, 12) if named[1] == "month" else (0, number)
    days = years * _DAYS["year"] + rest * _DAYS[named[1]]
    if not 0 <= days <= MAX_DAYS:
        raise ValueError(number)
    return days


def as_step(days: int | None) -> str:
    """As forms post it."""
    return NO_PLAN if days is None else str(days)


def describe(days: int | None) -> str:
    """For people, with the label of a step where there is one."""
    value = as_step(days)
    if value in _LABELS:
        return _LABELS[value]
    for unit in ("year", "month", "week"):
        if days and days % _DAYS[unit] == 0:
            return f"Within {days // _DAYS[unit]} {unit}{'s' if days > _DAYS[unit] else ''}"
    return f"Within {days} day{'' if days == 1 else 's'}"


def measure(value: dict[str, Any]) -> Decimal:
    """Days, for comparing."""
    return Decimal("Infinity") if value["days"] is None else Decimal(value["days"])
