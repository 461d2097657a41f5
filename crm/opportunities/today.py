"""What the pipeline has to say on Today: no next step, closing this month, and the quota."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum, Window
from django.utils import timezone

from crm.opportunities.models import Opportunity
from crm.people.models import Quota, User
from crm.web.slots import Section

SHOWN = 6


@dataclass(frozen=True)
class QuotaProgress:
    """Won so far in the quota's currency, and how much of its time has gone; both percentages whole."""

    quota: Quota
    won: Decimal
    percent: int
    time_percent: int

    @property
    def missing(self) -> Decimal:
        return max(self.quota.amount - self.won, Decimal(0))


def sections(user: User, *, now: datetime) -> Iterator[Section]:
    today = timezone.localdate(now)
    mine = Opportunity.objects.owned_by(user).open().select_related("account", "stage").order_by("close_date", "pk")
    if progress := quota_progress(user, now=now):
        yield Section(5, "opportunities/today_quota.html", {"progress": progress})
    without = {"title": "No next step", "icon": "route-off", "view": "?view=no-next-step", "today": today}
    yield from _listed(40, mine.without_next_step(), without)
    this_month = mine.closing_before(first_of_next_month(today)).exclude(next_step="")
    closing = {"title": "Closing this month", "icon": "calendar-due", "view": "?view=closing", "today": today}
    yield from _listed(50, this_month, closing)


def _listed(order: int, opportunities: QuerySet[Opportunity], context: dict[str, Any]) -> Iterator[Section]:
    found = list(opportunities.annotate(all_of_them=Window(Count("pk")))[:SHOWN])
    if found:
        listed = {"opportunities": found, "count": found[0].all_of_them}
        yield Section(order, "opportunities/today_opportunities.html", context | listed)


def first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def quota_progress(user: User, *, now: datetime) -> QuotaProgress | None:
    """Of the quota that runs now; None where there is none."""
    today = timezone.localdate(now)
    quota = user.quotas.filter(starts_on__lte=today, ends_on__gt=today).first()
    if quota is None:
        return None
    won = Opportunity.objects.owned_by(user).won().filter(currency=quota.currency)
    total = won.filter(close_date__gte=quota.starts_on, close_date__lt=quota.ends_on).aggregate(sum=Sum("amount"))
    amount = total["sum"] or Decimal(0)
    days = (quota.ends_on - quota.starts_on).days
    gone = round(100 * (today - quota.starts_on).days / days)
    return QuotaProgress(quota, amount, _percent(amount, quota.amount), gone)


def _percent(part: Decimal, whole: Decimal) -> int:
    return round(100 * part / whole) if whole else 100
