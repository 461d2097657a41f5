"""Which leads close: won leads of all leads, by group, in one query."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count

from crm.people.models import User
from reports.facts.counts import WON
from reports.facts.reading import counted
from reports.filters import LeadFilters
from reports.grouping import Group, Row, column_of, regrouped
from reports.statistics import Rate, wilson

Strata = dict[Group, dict[Group, Rate]]
RATE: dict[str, Any] = {"leads": Count("pk"), "won": WON}


def close_rates(*, by: str, user: User | None = None, filters: LeadFilters) -> list[Row[Rate]]:
    """A lead is won while the opportunity that it was converted into is won: a lead has one conversion, a conversion
    one opportunity, so no lead counts twice. The largest group comes first."""
    rows = counted(column_of(by, day=filters.day), user=user, filters=filters, **RATE)
    return rates_of(rows, by=by, filters=filters)


def close_rates_within(
    *, by: str, within: Iterable[str], user: User | None = None, filters: LeadFilters
) -> tuple[list[Row[Rate]], dict[str, Strata]]:
    """The same, and told apart by further groups: for each of ``within``, stratum by stratum."""
    columns = [column_of(each, day=filters.day) for each in (by, *within)]
    rows = counted(*dict.fromkeys(columns), user=user, filters=filters, **RATE)
    return rates_of(rows, by=by, filters=filters), {each: _strata(rows, by, each, filters) for each in within}


def rates_of(rows: list[dict[str, Any]], *, by: str, filters: LeadFilters) -> list[Row[Rate]]:
    counts: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
    for group, row in regrouped(rows, by=by, filters=filters):
        counts[group][0] += row["won"]
        counts[group][1] += row["leads"]
    return by_size([Row(group, wilson(*figures)) for group, figures in counts.items()])


def _strata(rows: list[dict[str, Any]], by: str, within: str, filters: LeadFilters) -> Strata:
    parts: dict[Group, list[dict[str, Any]]] = defaultdict(list)
    for stratum, row in regrouped(rows, by=within, filters=filters):
        parts[stratum].append(row)
    return {
        stratum: {row.group: row.figures for row in rates_of(part, by=by, filters=filters)}
        for stratum, part in parts.items()
    }


def by_size(rows: list[Row[Rate]]) -> list[Row[Rate]]:
    return sorted(rows, key=lambda row: (-row.figures.leads, row.group.key))


def overall(rows: list[Row[Rate]]) -> Rate:
    return wilson(sum(row.figures.won for row in rows), sum(row.figures.leads for row in rows))
