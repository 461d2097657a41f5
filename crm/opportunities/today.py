"""What the pipeline has to say on Today: no next step, closing this month, and the quota."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from crm.opportunities.due import WITHOUT_NEXT_STEP, closing_this_month, next_step_overdue
from crm.opportunities.models import Opportunity
from crm.opportunities.quotas import attainment
from crm.people.models import User
from crm.web.slots import Section

SHOWN = 6
OVERDUE, WITHOUT, CLOSING = 35, 40, 50  # their places on the page
LISTS = {
    OVERDUE: {"title": "Next step overdue", "icon": "clock-exclamation", "view": "?view=overdue"},
    WITHOUT: {"title": "No next step", "icon": "route-off", "view": "?view=no-next-step"},
    CLOSING: {"title": "Closing this month", "icon": "calendar-due", "view": "?view=closing"},
}


def sections(user: User, *, now: datetime) -> Iterator[Section]:
    today = timezone.localdate(now)
    running = attainment(user.quotas.filter(starts_on__lte=today, ends_on__gt=today))
    for mine_now in running:
        yield Section(5, "opportunities/today_quota.html", {"progress": mine_now, "gone": mine_now.time_percent(today)})
    found = list(_listed(user, today))
    for order, said in LISTS.items():
        if mine := [opportunity for opportunity in found if opportunity.on_list == order]:
            context = {**said, "today": today, "opportunities": mine, "count": mine[0].all_of_them}
            yield Section(order, "opportunities/today_opportunities.html", context)


def _listed(user: User, today: date) -> QuerySet[Any]:
    """The first ones of each list, in one query. Nothing is on two lists."""
    on_list = Case(
        When(WITHOUT_NEXT_STEP, then=Value(WITHOUT)),
        When(next_step_overdue(today), then=Value(OVERDUE)),
        When(closing_this_month(today), then=Value(CLOSING)),
        output_field=IntegerField(),
    )
    first: list[Any] = [Case(When(on_list=OVERDUE, then="next_step_on")), "close_date", "pk"]
    mine = Opportunity.objects.owned_by(user).open().annotate(on_list=on_list).filter(on_list__isnull=False)
    numbered = mine.annotate(
        place=Window(RowNumber(), partition_by=F("on_list"), order_by=first),
        all_of_them=Window(Count("pk"), partition_by=F("on_list")),
    )
    return numbered.filter(place__lte=SHOWN).select_related("account", "stage").order_by("on_list", "place")
