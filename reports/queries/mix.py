"""How leads reach sales, by week of their first inquiry or by another group, in one aggregate query."""

from dataclasses import dataclass, fields
from typing import Self

from django.db.models import Count, Q

from crm.campaigns.models import Path
from crm.people.models import User
from reports.filters import LeadFilters
from reports.grouping import Row, group_of, grouped
from reports.queries.population import counted_leads


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


def mix(*, by: str, user: User | None = None, filters: LeadFilters) -> list[Row[Counts]]:
    """In the order of the groups' keys."""
    per_path = {path.value: Count("pk", filter=Q(path=path)) for path in Path} | {
        "waiting": Count("pk", filter=Q(path=""))
    }
    leads = counted_leads(user=user, filters=filters)
    rows = grouped(leads, by=by, zone=filters.zone, moment=filters.moment).annotate(**per_path)
    options = filters.options
    counts = [Row(group_of(row, by=by, options=options), Counts(*(row[column] for column in COLUMNS))) for row in rows]
    return sorted(counts, key=lambda row: row.group.key)


def overall(rows: list[Row[Counts]]) -> Counts:
    return sum((row.figures for row in rows), Counts())
