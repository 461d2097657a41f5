"""What a report gives: tables of lines, sentences and a chart, the same for page, export, API and command."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from crm.people.models import User
from reports.filters import LeadFilters
from reports.grouping import Group


class Kind(StrEnum):
    """How a figure is written. Shares are fractions, points are differences of fractions."""

    COUNT = "count"
    SHARE = "share"
    POINTS = "points"
    RATIO = "ratio"
    NUMBER = "number"
    DAYS = "days"
    MONEY = "money"
    P = "p"
    TEXT = "text"
    VERDICT = "verdict"


@dataclass(frozen=True)
class Column:
    """``name`` is the figure's in JSON and CSV; with ``high`` it is the lower end of an interval. ``means``
    says exactly
    what it counts. ``narrows``: what the list of leads is narrowed to by this count; None where no list shows it."""

    name: str
    label: str
    kind: Kind = Kind.COUNT
    means: str = ""
    high: str = ""
    narrows: dict[str, str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.high) if self.high else (self.name,)


@dataclass(frozen=True)
class Line:
    """``few``: too few to compare. ``ripe``: old enough that not much more is to come. ``href`` leads to its record."""

    label: str
    cells: dict[str, Any]
    key: str = ""
    group: Group | None = None
    few: bool = False
    ripe: bool = True
    total: bool = False
    href: str = ""
    action: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """``by`` is what the first column holds; ``linked``: its counts lead to lists of leads."""

    name: str
    title: str
    by: str
    columns: list[Column]
    lines: list[Line]
    total: Line | None = None
    note: str = ""
    linked: bool = False

    @property
    def all_lines(self) -> list[Line]:
        return [*self.lines, self.total] if self.total else self.lines

    @property
    def names(self) -> Iterator[str]:
        return (name for column in self.columns for name in column.names)

    def as_json(self) -> list[dict[str, Any]]:
        return [{"key": line.key, **self.figures(line)} for line in self.lines]

    def figures(self, line: Line) -> dict[str, Any]:
        return {name: plain(line.cells.get(name)) for name in self.names}


def plain(value: Any) -> Any:
    """As JSON and spreadsheets keep it."""
    return float(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True)
class Scope:
    """Who asks (None: the command line, which sees all), what for and when."""

    user: User | None
    filters: LeadFilters
    now: datetime

    @property
    def by(self) -> str:
        return self.filters.grouping


@dataclass(frozen=True)
class Findings:
    """The first table is the report's own. ``chart`` is what static/js/charts.js and reports.pictures draw."""

    tables: list[Table]
    sentences: list[str]
    chart: dict[str, Any] | None = None
    caution: str = ""

    @property
    def main(self) -> Table:
        return self.tables[0]

    @property
    def others(self) -> list[Table]:
        return self.tables[1:]
