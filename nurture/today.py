"""What nurture has to say on Today: the calls that are due."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Window

from crm.people.models import User
from crm.web.slots import Section
from nurture.models import CallTask

SHOWN = 8


def sections(user: User, *, now: datetime) -> Iterator[Section]:
    if not user.has_perm("nurture.make_call"):
        return
    due = CallTask.objects.visible_to(user).due(now).select_related("lead")
    found = list(due.annotate(due_in_all=Window(Count("pk"))).most_valuable_first(now)[:SHOWN])
    if found:
        yield Section(20, "nurture/today_calls.html", {"calls": found, "count": found[0].due_in_all})
