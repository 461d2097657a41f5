"""How long leads take, in calendar days of the company's zone."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from crm.people.models import User
from reports.facts.counts import LEADS
from reports.facts.reading import counted, spread
from reports.filters import LeadFilters
from reports.grouping import Group, column_of, regrouped
from reports.statistics.survival import Times

INQUIRED = Q(began_on__isnull=False)


def days_to_win(*, by: str, user: User | None, filters: LeadFilters) -> dict[Group, Times]:
    """Days from the first inquiry to the win, by group; of groups with a win. One query."""
    won = Q(to_win__isnull=False)
    rows = counted(column_of(by, day=filters.day), "to_win", user=user, filters=filters, only=won, leads=LEADS)
    found: dict[Group, Times] = defaultdict(Times)
    for group, row in regrouped(rows, by=by, filters=filters):
        found[group].won[row["to_win"]] += row["leads"]
    return dict(found)


def times_to_close(*, by: str, user: User | None, filters: LeadFilters, now: datetime) -> dict[Group, Times]:
    """Days from the first inquiry to the win, by group; leads that are not won were watched until ``now``. Leads
    without an inquiry have no beginning and are left out. One query."""
    today = now.astimezone(filters.zone).date()
    column = column_of(by, day=filters.day)
    rows = counted(column, "to_win", "open_since", user=user, filters=filters, only=INQUIRED, leads=LEADS)
    found: dict[Group, Times] = defaultdict(Times)
    for group, row in regrouped(rows, by=by, filters=filters):
        if row["to_win"] is not None:
            found[group].won[row["to_win"]] += row["leads"]
        else:
            found[group].open[max((today - row["open_since"]).days, 0)] += row["leads"]
    return dict(found)


def days_of_steps(steps: Mapping[str, str], *, user: User | None, filters: LeadFilters) -> dict[str, Counter[int]]:
    """For each step the days it took, of the leads that did it; ``steps`` name the fact. One query."""
    found: dict[str, Counter[int]] = {name: Counter() for name in steps}
    names = {column: name for name, column in steps.items()}
    for column, days, leads in spread(*names, user=user, filters=filters):
        found[names[column]][days] += leads
    return found
