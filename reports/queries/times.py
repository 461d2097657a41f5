"""How long leads take, in calendar days of the company's zone."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, DateField, Value, When
from django.db.models.functions import TruncDate

from crm.people.models import User
from leads.populations import CLOSED_AT, WON
from reports.filters import LeadFilters
from reports.grouping import Group, group_of, grouped
from reports.queries.population import counted_leads
from reports.statistics.survival import Times


def times_to_close(*, by: str, user: User | None, filters: LeadFilters, now: datetime) -> dict[Group, Times]:
    """Days from the first inquiry to the win, by group; leads that are not won were watched until ``now``. Leads
    without an inquiry have no beginning and are left out. One query."""
    zone, today = filters.zone, now.astimezone(filters.zone).date()
    leads = counted_leads(user=user, filters=filters).exclude(first_inquiry_at=None)
    won_on = Case(When(WON, then=TruncDate(CLOSED_AT, tzinfo=zone)), output_field=DateField())
    rows = grouped(leads, by=by, zone=zone, moment=filters.moment).annotate(
        began=TruncDate("first_inquiry_at", tzinfo=zone), won_on=won_on, leads=Count("pk")
    )
    found: dict[Group, Times] = defaultdict(Times)
    for row in rows:
        times = found[group_of(row, by=by, options=filters.options)]
        if row["won_on"]:
            times.won[(row["won_on"] - row["began"]).days] += row["leads"]
        else:
            times.open[max((today - row["began"]).days, 0)] += row["leads"]
    return dict(found)


def days_of_steps(
    steps: Mapping[str, tuple[str, str]], *, user: User | None, filters: LeadFilters
) -> dict[str, Counter[int]]:
    """For each step the days from its first to its second moment, of the leads that have both. One query."""
    found: dict[str, Counter[int]] = {name: Counter() for name in steps}
    first, *others = (_step(name, *moments, user=user, filters=filters) for name, moments in steps.items())
    for name, began, ended, leads in first.union(*others, all=True):
        found[name][(ended - began).days] += leads
    return found


def _step(name: str, first: str, last: str, *, user: User | None, filters: LeadFilters) -> Any:
    leads = counted_leads(user=user, filters=filters).order_by()
    if last == CLOSED_AT:
        leads = leads.filter(WON)
    zone = filters.zone
    dated = leads.filter(**{f"{first}__isnull": False, f"{last}__isnull": False}).values(
        step=Value(name), began=TruncDate(first, tzinfo=zone), ended=TruncDate(last, tzinfo=zone)
    )
    return dated.annotate(leads=Count("pk")).values_list("step", "began", "ended", "leads")
