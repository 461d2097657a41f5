"""Every figure leads to the list of leads that it counts."""

import calendar
from datetime import date, timedelta

from django.urls import reverse
from django.utils.http import urlencode

from leads.populations import NONE
from reports.filters import LeadFilters
from reports.grouping import IN_TIME, NARROWED_BY, By, Group


def lead_list(filters: LeadFilters, group: Group | None = None, **more: str) -> str:
    """The leads that meet ``filters`` and are in ``group``; "" where the list cannot be narrowed to them."""
    chosen = {name: str(value) for name, value in filters.chosen.items()}
    if group and group.day:
        chosen |= _period(group.by, group.day, chosen)
    elif group and group.by in IN_TIME:
        chosen["dated"] = NONE
    elif group and group.by == By.TIME_FRAME and not group.value:
        return ""
    elif group:
        chosen |= {NARROWED_BY.get(By(group.by), group.by): group.value or NONE}
    return f"{reverse('leads:list')}?{urlencode(chosen | more)}"


def _period(by: str, first: date, chosen: dict[str, str]) -> dict[str, str]:
    """The days of the week or month that are within the filters'."""
    last = str(last_day(by, first))
    return {"since": max(str(first), chosen.get("since", "")), "until": min(last, chosen.get("until", last))}


def last_day(by: str, first: date) -> date:
    if by == By.WEEK:
        return first + timedelta(days=6)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
