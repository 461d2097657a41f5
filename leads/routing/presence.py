"""Who of a pool may get a lead now, and why the others may not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from crm.people.models import User
from crm.people.working_time import NeverAtWork, WorkCalendar
from crm.web.wall_clock import first_instant
from leads.models import Assignment, OutsideHours


@dataclass(frozen=True)
class Candidate:
    """``why_not`` is for a person, "" for who may get the lead."""

    user: User
    why_not: str = ""


def candidates(
    users: Sequence[User],
    *,
    now: datetime,
    calendars: dict[int, WorkCalendar],
    outside_hours: str,
    had_it: Collection[int] = (),
) -> list[Candidate]:
    """Whoever works now comes before everybody else; while nobody does, ``outside_hours`` decides."""
    asked = {id(calendar): calendar for calendar in calendars.values()}  # most reps share one
    answers = {key: _why_not(calendar, now) for key, calendar in asked.items()}
    states = {user.pk: answers[id(calendars[user.pk])] for user in users if user.pk not in had_it}
    somebody_works = "" in states.values()
    found = []
    for user in users:
        why = "Had it already." if user.pk in had_it else states[user.pk]
        if why == CLOSED and not somebody_works and outside_hours == OutsideHours.ASSIGN:
            why = ""
        found.append(Candidate(user, why))
    return found


CLOSED = "Does not work now."


def _why_not(calendar: WorkCalendar, now: datetime) -> str:
    if calendar.is_away(now):
        return "Is away."
    try:
        return "" if calendar.is_at_work(now) else CLOSED
    except NeverAtWork:
        return "Never works."


def full_ones(users: Sequence[User], *, now: datetime) -> dict[int, str]:
    """Who has had as many leads today, where they are, as they take in a day. Leads that were given back or passed on
    do not count."""
    limited = [user for user in users if user.leads_per_day is not None]
    if not limited:
        return {}
    today = Q()
    for user in limited:
        today |= Q(to=user, at__gte=_midnight(user, now), at__lte=now)
    kept = Assignment.objects.filter(today, lead__owner=F("to"))
    counts = dict(kept.values_list("to").annotate(Count("lead", distinct=True)).order_by())
    return {
        user.pk: f"Has had {counts.get(user.pk, 0)} of {user.leads_per_day} leads today."
        for user in limited
        if counts.get(user.pk, 0) >= (user.leads_per_day or 0)
    }


def _midnight(user: User, now: datetime) -> datetime:
    zone = ZoneInfo(user.time_zone)
    return first_instant(now.astimezone(zone).date(), time(0), zone)
