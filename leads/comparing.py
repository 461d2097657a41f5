"""Does a known value meet a condition? Pure, and quick: the condition is prepared once, then asked of many values.

Values are JSON as ``leads.answers`` stores it: of money the amount counts, of a time frame the days (no plan is later
than any plan).
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.fields.time_frames import as_step, measure

Test = Callable[[Any], bool]


def condition(operator: str, bound: Any) -> Test:
    """``bound``: a value or a list of them for "in" and "not_in", one number, amount or ISO date for the others."""
    if operator not in _TESTS:
        raise ValueError(f"unknown operator {operator!r}")
    return _TESTS[operator](bound)


def holds(operator: str, value: Any, bound: Any) -> bool:
    return condition(operator, bound)(value)


def plain(value: Any) -> str:
    """A value as lists of "in" hold it."""
    if isinstance(value, dict):
        return as_step(value["days"]) if "days" in value else str(value["amount"])
    return str(value).lower() if isinstance(value, bool) else str(value)


def number(value: Any) -> Decimal | None:
    """None for what is not a number."""
    if isinstance(value, dict):
        return measure(value) if "days" in value else number(value["amount"])
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return None if found.is_nan() else found


def _answered(bound: Any) -> Test:
    return lambda value: True


def _in(bound: Any) -> Test:
    listed = _set(bound)
    return lambda value: value in listed if type(value) is str else not listed.isdisjoint(_set(value))


def _not_in(bound: Any) -> Test:
    listed = _in(bound)
    return lambda value: not listed(value)


def _at_least(bound: Any) -> Test:
    return lambda value: _compared(value, bound, lambda sign: sign >= 0)


def _at_most(bound: Any) -> Test:
    return lambda value: _compared(value, bound, lambda sign: sign <= 0)


def _compared(value: Any, bound: Any, accept: Callable[[int], bool]) -> bool:
    """As numbers where both are, as texts where neither is (ISO dates sort as texts); a number and a text never."""
    left, right = number(value), number(bound)
    if left is None and right is None:
        return accept((str(value) > str(bound)) - (str(value) < str(bound)))
    if left is None or right is None:
        return False
    return accept((left > right) - (left < right))


def _set(value: Any) -> frozenset[str]:
    return frozenset(plain(item) for item in (value if isinstance(value, list | tuple) else [value]))


_TESTS: dict[str, Callable[[Any], Test]] = {
    "answered": _answered,
    "in": _in,
    "not_in": _not_in,
    "at_least": _at_least,
    "at_most": _at_most,
}
