"""What nurture has to say on Today: answers that nobody has taken up yet, and the calls that are due."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window

from activities.models import Activity, ActivityKind
from crm.people.models import User
from crm.web.slots import Section
from nurture.models import CallAttempt, CallTask, InboundKind, InboundMail

SHOWN = 8
TOLD_FOR = timedelta(days=14)
CONTACT = (ActivityKind.CALL, ActivityKind.EMAIL, ActivityKind.MEETING)


def sections(user: User, *, now: datetime) -> Iterator[Section]:
    waiting = _replies(user, now).select_related("lead").order_by("-received_at", "-pk")
    if shown := list(waiting.annotate(waiting=Window(Count("pk")))[:SHOWN]):
        yield Section(12, "nurture/today_replies.html", {"replies": shown, "count": shown[0].waiting})
    if not user.has_perm("nurture.make_call"):
        return
    due = CallTask.objects.visible_to(user).due(now).select_related("lead")
    found = list(due.annotate(due_in_all=Window(Count("pk"))).most_valuable_first(now)[:SHOWN])
    if found:
        yield Section(20, "nurture/today_calls.html", {"calls": found, "count": found[0].due_in_all})


def _replies(user: User, now: datetime) -> QuerySet[InboundMail]:
    """Of the user's leads, and for managers of nobody's too, until somebody called or wrote."""
    mine = Q(lead__owner=user) | (Q(lead__owner=None) if user.is_manager else Q())
    called = CallAttempt.objects.filter(task__lead=OuterRef("lead"), at__gte=OuterRef("received_at"))
    wrote = Activity.objects.filter(lead=OuterRef("lead"), kind__in=CONTACT, at__gte=OuterRef("received_at"))
    recent = InboundMail.objects.filter(mine, kind=InboundKind.REPLY, received_at__gt=now - TOLD_FOR)
    return recent.filter(~Exists(called), ~Exists(wrote))
