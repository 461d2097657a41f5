"""How leads reach sales, by week of their first inquiry or by another group, in one query."""

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any, Self

from crm.campaigns.models import Path
from crm.people.models import User
from reports.facts.counts import LEADS
from reports.facts.reading import counted
from reports.filters import LeadFilters
from reports.grouping import Row, column_of, regrouped


@dataclass(frozen=True)
class Counts:
    """Leads by path; ``waiting`` has none, because it has not reached sales."""

    self_qualified: int = 0
    nurtured: int = 0
    researched: int = 0
    unqualified: int = 0
    waiting: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, column) + getattr(other, column) for column in COLUMNS))

    @property
    def leads(self) -> int:
        return sum(getattr(self, column) for column in COLUMNS)

    @property
    def qualified(self) -> int:
        return self.self_qualified + self.nurtured + self.researched

    @property
    def unqualified_per_qualified(self) -> float | None:
        """“Frogs per prince”: leads that never qualified (waiting, or passed to sales without meeting the policy) for
        each lead that did; None where none did."""
        return (self.unqualified + self.waiting) / self.qualified if self.qualified else None


COLUMNS = tuple(field.name for field in fields(Counts))
PLACES = {**{path.value: path.value for path in Path}, "": "waiting"}


def mix(*, by: str, user: User | None = None, filters: LeadFilters) -> list[Row[Counts]]:
    """In the order of the groups' keys."""
    return mixes(by, user=user, filters=filters)[by]


def mixes(*bys: str, user: User | None = None, filters: LeadFilters) -> dict[str, list[Row[Counts]]]:
    """The same leads by each of ``bys``."""
    columns = dict.fromkeys([*(column_of(by, day=filters.day) for by in bys), "path"])
    rows = counted(*columns, user=user, filters=filters, leads=LEADS)
    return {by: _mix(rows, by, filters) for by in bys}


def _mix(rows: list[dict[str, Any]], by: str, filters: LeadFilters) -> list[Row[Counts]]:
    found: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for group, row in regrouped(rows, by=by, filters=filters):
        found[group][PLACES[row["path"]]] += row["leads"]
    counts = [Row(group, Counts(**figures)) for group, figures in found.items()]
    return sorted(counts, key=lambda row: row.group.key)


def overall(rows: list[Row[Counts]]) -> Counts:
    return sum((row.figures for row in rows), Counts())
