"""Every figure leads to the list of leads that it counts."""

import calendar
from datetime import date, timedelta
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.http import urlencode

from leads.populations import NONE
from reports.filters import LeadFilters
from reports.grouping import By, Group


def lead_list(filters: LeadFilters, group: Group | None = None, **more: str) -> str:
    """The leads that meet ``filters`` and are in ``group``; "" where the list cannot be narrowed to them."""
    chosen = {name: _value(value) for name, value in filters.chosen.items()}
    if group and group.day:
        chosen |= _period(group.by, group.day, chosen)
    elif group and group.by in (By.WEEK, By.MONTH):
        return ""
    elif group:
        chosen[group.by] = str(group.record or group.key or NONE)
    return f"{reverse('leads:list')}?{urlencode(chosen | more)}"


def _value(value: Any) -> str:
    return str(value.pk) if isinstance(value, Model) else str(value)


def _period(by: str, first: date, chosen: dict[str, str]) -> dict[str, str]:
    """The days of the week or month that are within the filters'."""
    last = str(_last_day(by, first))
    return {"since": max(str(first), chosen.get("since", "")), "until": min(last, chosen.get("until", last))}


def _last_day(by: str, first: date) -> date:
    if by == By.WEEK:
        return first + timedelta(days=6)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
