"""The rows of a report's page: each figure with the link to the leads behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leads.populations import NONE
from reports.catalog import Result
from reports.grouping import By, Group
from reports.links import lead_list
from reports.order import in_reading_order
from reports.queries.mix import COLUMNS, Counts
from reports.statistics import Rate


@dataclass(frozen=True)
class Figure:
    count: int
    href: str


@dataclass(frozen=True)
class Line:
    """``group`` is None for the total."""

    group: Group | None
    figures: Any
    counts: list[Figure]


def lines(result: Result) -> Iterator[Line]:
    """The newest week or month first, the total last."""
    rows = in_reading_order(result)
    for row in reversed(rows) if result.by in (By.WEEK, By.MONTH) else rows:
        yield Line(row.group, row.figures, list(_linked(result, row.figures, row.group)))
    yield Line(None, result.total, list(_linked(result, result.total, None)))


def _linked(result: Result, figures: Rate | Counts, group: Group | None) -> Iterator[Figure]:
    for count, more in _counts(figures):
        yield Figure(count, lead_list(result.filters, group, **more) if count else "")


def _counts(figures: Rate | Counts) -> Iterator[tuple[int, dict[str, str]]]:
    """Counts with what narrows the list of leads to each of them."""
    yield figures.leads, {}
    if isinstance(figures, Rate):
        yield figures.won, {"won": "yes"}
    else:
        for column in COLUMNS:
            yield getattr(figures, column), {"path": NONE if column == "waiting" else column}
