"""Tasks on Today, from the day they want to be seen."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Window
from django.utils import timezone

from activities.models import ABOUT, Activity
from activities.pages import page_of
from crm.people.models import User
from crm.web.slots import Section

SHOWN = 8


def sections(user: User, *, now: datetime) -> Iterator[Section]:
    today = timezone.localdate(now)
    mine = Activity.objects.filter(owner=user).to_remind(today).select_related(*ABOUT)
    ordered = mine.order_by(F("due_on").asc(nulls_last=True), "pk")
    found = list(ordered.annotate(all_of_them=Window(Count("pk")))[:SHOWN])
    if found:
        context = {
            "title": "Tasks",
            "tasks": [(task, page_of(task.about)) for task in found],
            "count": found[0].all_of_them,
            "today": today,
        }
        yield Section(25, "activities/today.html", context)
