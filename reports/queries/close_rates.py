"""Which leads close: won leads of all leads, by group, in one aggregate query."""

from collections import defaultdict

from django.db.models import Count

from crm.people.models import User
from leads.populations import WON
from reports.filters import LeadFilters
from reports.grouping import Group, Row, group_of, grouped
from reports.queries.population import counted_leads
from reports.statistics import Rate, wilson

Strata = dict[Group, dict[Group, Rate]]


def close_rates(*, by: str, user: User | None = None, filters: LeadFilters) -> list[Row[Rate]]:
    """A lead is won while the opportunity that it was converted into is won: a lead has one conversion, a conversion
    one opportunity, so no lead counts twice. The largest group comes first."""
    leads = counted_leads(user=user, filters=filters)
    rows = grouped(leads, by=by, zone=filters.zone, moment=filters.moment).annotate(
        leads=Count("pk"), won=Count("pk", filter=WON)
    )
    found = [Row(group_of(row, by=by, options=filters.options), wilson(row["won"], row["leads"])) for row in rows]
    return by_size(found)


def close_rates_within(*, by: str, within: str, user: User | None = None, filters: LeadFilters) -> Strata:
    """The same in one query, told apart by a second group: stratum, then group."""
    leads = counted_leads(user=user, filters=filters)
    rows = grouped(leads, by=by, within=within, zone=filters.zone, moment=filters.moment).annotate(
        leads=Count("pk"), won=Count("pk", filter=WON)
    )
    strata: Strata = defaultdict(dict)
    for row in rows:
        stratum = group_of(row, by=within, options=filters.options, prefix="within_")
        strata[stratum][group_of(row, by=by, options=filters.options)] = wilson(row["won"], row["leads"])
    return strata


def united(strata: Strata) -> list[Row[Rate]]:
    """All strata together: each lead is in one."""
    counts: dict[Group, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for rates in strata.values():
        for group, rate in rates.items():
            won, leads = counts[group]
            counts[group] = (won + rate.won, leads + rate.leads)
    return by_size([Row(group, wilson(won, leads)) for group, (won, leads) in counts.items()])


def by_size(rows: list[Row[Rate]]) -> list[Row[Rate]]:
    return sorted(rows, key=lambda row: (-row.figures.leads, row.group.key))


def overall(rows: list[Row[Rate]]) -> Rate:
    return wilson(sum(row.figures.won for row in rows), sum(row.figures.leads for row in rows))
