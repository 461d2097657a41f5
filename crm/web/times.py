"""Distances in time, short enough for a table."""

from datetime import datetime

_UNITS = ((365 * 86_400, "y"), (30 * 86_400, "mo"), (86_400, "d"), (3_600, "h"), (60, "min"))


def distance(at: datetime, now: datetime, *, past: str = "{} ago", future: str = "in {}") -> str:
    """The largest whole unit between the two, put into the words for past or future."""
    seconds = (at - now).total_seconds()
    for size, unit in _UNITS:
        if abs(seconds) >= size:
            return (future if seconds > 0 else past).format(f"{int(abs(seconds) // size)} {unit}")
    return "just now" if seconds <= 0 else future.format("1 min")
