"""What the pipeline has to say on Today: no next step, closing this month, and the quota."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.utils import timezone

from crm.opportunities.models import Opportunity
from crm.opportunities.quotas import attainment
from crm.people.models import User
from crm.web.slots import Section

SHOWN = 6


def sections(user: User, *, now: datetime) -> Iterator[Section]:
    today = timezone.localdate(now)
    mine = Opportunity.objects.owned_by(user).open().select_related("account", "stage").order_by("close_date", "pk")
    running = attainment(user.quotas.filter(starts_on__lte=today, ends_on__gt=today))
    for mine_now in running:
        yield Section(5, "opportunities/today_quota.html", {"progress": mine_now, "gone": mine_now.time_percent(today)})
    overdue = {"title": "Next step overdue", "icon": "clock-exclamation", "view": "?view=overdue", "today": today}
    yield from _listed(35, mine.next_step_overdue(today).order_by("next_step_on", "pk"), overdue)
    without = {"title": "No next step", "icon": "route-off", "view": "?view=no-next-step", "today": today}
    yield from _listed(40, mine.without_next_step(), without)
    this_month = mine.closing_before(first_of_next_month(today)).exclude(next_step="")
    this_month = this_month.exclude(next_step_on__lt=today)
    closing = {"title": "Closing this month", "icon": "calendar-due", "view": "?view=closing", "today": today}
    yield from _listed(50, this_month, closing)


def _listed(order: int, opportunities: QuerySet[Opportunity], context: dict[str, Any]) -> Iterator[Section]:
    found = list(opportunities.annotate(all_of_them=Window(Count("pk")))[:SHOWN])
    if found:
        listed = {"opportunities": found, "count": found[0].all_of_them}
        yield Section(order, "opportunities/today_opportunities.html", context | listed)


def first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
