"""What static/js/charts.js draws: a part of what the table beside it says."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from reports.catalog import Result
from reports.grouping import By, Row, week_of
from reports.links import lead_list
from reports.order import in_reading_order
from reports.queries.mix import Counts

MOST_GROUPS = 25
MOST_WEEKS = 520


def chart(result: Result) -> dict[str, Any]:
    """``left_out``: groups that the chart has no room for."""
    rows = list(_without_gaps(result)) if result.by == By.WEEK else in_reading_order(result)
    kept = rows if result.by in (By.WEEK, By.MONTH) else rows[:MOST_GROUPS]
    return {
        "name": result.report.name,
        "by": result.by,
        "overall": result.report.cells(result.total),
        "rows": [_described(row, result) for row in kept],
        "left_out": len(rows) - len(kept),
    }


def _described(row: Row[Any], result: Result) -> dict[str, Any]:
    return {
        "key": row.group.key,
        "label": row.group.label,
        "enough": getattr(row.figures, "enough", True),
        "leads": row.figures.leads,
        "href": lead_list(result.filters, row.group),
        **result.report.cells(row.figures),
    }


def _without_gaps(result: Result) -> Iterator[Row[Any]]:
    """A week without leads is seen as one."""
    found = {row.group.day: row for row in result.rows if row.group.day}
    if not found:
        return
    days = [day for day in found if day]
    first, last = max(min(days), max(days) - timedelta(weeks=MOST_WEEKS)), max(days)
    for week in range((last - first).days // 7 + 1):
        day = first + timedelta(weeks=week)
        yield found.get(day) or _quiet_week(day)


def _quiet_week(day: date) -> Row[Counts]:
    return Row(week_of(day), Counts())
