"""Which leads close: won leads of all leads, by group, in one aggregate query."""

from django.db.models import Count

from crm.people.models import User
from leads.populations import WON
from reports.filters import LeadFilters
from reports.grouping import Row, group_of, grouped
from reports.queries.population import counted_leads
from reports.statistics import Rate, wilson


def close_rates(*, by: str, user: User | None = None, filters: LeadFilters) -> list[Row[Rate]]:
    """A lead is won while the opportunity that it was converted into is won: a lead has one conversion, a conversion
    one opportunity, so no lead counts twice. The largest group comes first."""
    rows = grouped(counted_leads(user=user, filters=filters), by=by, zone=filters.zone).annotate(
        leads=Count("pk"), won=Count("pk", filter=WON)
    )
    rates = [Row(group_of(row, by=by), wilson(row["won"], row["leads"])) for row in rows]
    return sorted(rates, key=lambda row: (-row.figures.leads, row.group.key))


def overall(rows: list[Row[Rate]]) -> Rate:
    return wilson(sum(row.figures.won for row in rows), sum(row.figures.leads for row in rows))
