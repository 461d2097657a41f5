"""How far leads come, by cohort, in one aggregate query; and why they drop out."""

from typing import Any

from django.db.models import Count, F, Value

from crm.opportunities.models import Status
from crm.people.models import User
from leads.models import StageChange
from leads.populations import LOST, REACHED, WITH_OPPORTUNITY, WON, Reached
from reports.filters import LeadFilters
from reports.grouping import Row, group_of, grouped
from reports.queries.population import counted_leads

Counts = dict[str, int]


def funnel(*, by: str, user: User | None, filters: LeadFilters) -> list[Row[Counts]]:
    """Whoever came further has been at each step before, also where it was skipped: no step is larger than the one
    before it."""
    steps = {
        "leads": Count("pk"),
        "mql": Count("pk", filter=REACHED[Reached.MQL]),
        "sal": Count("pk", filter=REACHED[Reached.SAL]),
        "sql": Count("pk", filter=REACHED[Reached.SQL]),
        "opportunity": Count("pk", filter=WITH_OPPORTUNITY),
        "won": Count("pk", filter=WON),
    }
    leads = counted_leads(user=user, filters=filters)
    rows = grouped(leads, by=by, zone=filters.zone, moment=filters.moment).annotate(**steps)
    return [Row(group_of(row, by=by, options=filters.options), {name: row[name] for name in steps}) for row in rows]


def drop_offs(*, user: User | None, filters: LeadFilters) -> list[dict[str, Any]]:
    """Reasons to disqualify and to recycle, and why opportunities were lost, with the number of leads they were given
    for, the most frequent first. One query."""
    leads = counted_leads(user=user, filters=filters).order_by()
    changes = StageChange.objects.filter(lead__in=leads.values("pk"), reason__isnull=False).order_by()
    left = changes.values(kind=F("reason__purpose"), name=F("reason__name"), at_stage=F("from_stage"))
    lost = leads.filter(LOST).values(
        kind=Value(Status.LOST.value), name=F("conversion__opportunity__close_reason"), at_stage=Value("opportunity")
    )
    counted = left.annotate(leads=Count("lead", distinct=True)).union(lost.annotate(leads=Count("pk")), all=True)
    found: list[dict[str, Any]] = list(counted)  # type: ignore[arg-type]
    return sorted(found, key=lambda row: (-row["leads"], row["name"], row["at_stage"]))
