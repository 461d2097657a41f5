"""One figure as a page and a terminal write it."""

from typing import Any

from reports.results import Column, Kind
from reports.wording import MINUS, UNKNOWN, percent


def text(kind: str, value: Any) -> str:
    """For people: “12.3 %”, “+1.2”, “1,234”."""
    if value is None or value == "":
        return UNKNOWN
    match kind:
        case Kind.SHARE:
            return f"{percent(value)} %"
        case Kind.POINTS:
            return percent(value, "+")
        case Kind.RATIO:
            return f"{value:.2f}".replace("-", MINUS)
        case Kind.P:
            return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
        case Kind.MONEY:
            return (f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}").replace("-", MINUS)
        case Kind.DAYS | Kind.NUMBER:
            return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"
        case Kind.COUNT:
            return f"{value:,}"
    return str(value)


def interval(column: Column, low: Any, high: Any) -> str:
    if low is None or high is None:
        return UNKNOWN
    unit = " %" if column.kind == Kind.SHARE else ""
    return f"{text(column.kind, low).removesuffix(unit)} to {text(column.kind, high)}"
