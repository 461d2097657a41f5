"""Whose a lead is, written in one place: on the lead, with its clocks, and in the history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm.people.calendars import calendar_of, calendar_of_team
from crm.people.models import Team, User
from crm.people.working_time import NeverAtWork, WorkCalendar
from crm.web.quick import More
from crm.web.writing import change, insert
from leads.models import Assignment, AssignmentKind, Lead, RoutingRule, Stage
from leads.services.telling_owners import tell_of_assignment


@dataclass(frozen=True)
class Clocks:
    """Until when a lead is to be accepted, and when a colleague gets it otherwise; None: no clock."""

    accept_by: datetime | None = None
    reassign_at: datetime | None = None


def clocks_for(rule: RoutingRule, calendar: WorkCalendar, *, now: datetime) -> Clocks:
    """In minutes of the working time of whoever got the lead."""
    if not rule.accept_within_minutes:
        return Clocks()
    try:
        accept_by = calendar.after(now, timedelta(minutes=rule.accept_within_minutes))
        more = rule.reassign_after_minutes
        return Clocks(accept_by, None if more is None else calendar.after(accept_by, timedelta(minutes=more)))
    except NeverAtWork:
        return Clocks()


def give(
    lead: Lead,
    *,
    to: User | None,
    kind: AssignmentKind,
    now: datetime,
    team: Team | None = None,
    clocks: Clocks | None = None,
    queued_at: datetime | None = None,
    **record: Any,
) -> Assignment:
    """``clocks`` None: those of the lead go on. ``record`` is for the history: by, rule, note, explanation."""
    clocks = clocks or Clocks(lead.accept_by, lead.reassign_at)
    clock = {"accept_by": clocks.accept_by, "reassign_at": clocks.reassign_at, "queued_at": queued_at}
    change(lead, {"owner": to, "team": to.team if to else team, **clock, "version": More()})
    note = record.pop("note", "")[:200]
    made = Assignment(lead=lead, to=to, kind=kind, at=now, accept_by=lead.accept_by, note=note, **record)
    insert([made])
    tell_of_assignment(made, now=now)
    return made


def clocks_by_hand(lead: Lead, to: User | None, *, now: datetime) -> Clocks | None:
    """A lead that waits to be accepted keeps the clock of the rule that routed it, started anew by the calendar of
    whoever has it now."""
    if lead.stage != Stage.MQL:
        return None
    routed = lead.assignments.filter(rule__isnull=False).select_related("rule").order_by("-at", "-pk").first()
    if routed is None or routed.rule is None:
        return None
    if to is None:
        return Clocks(lead.accept_by)
    return clocks_for(routed.rule, calendar_of(to, now=now), now=now)


def clocks_of_queue(rule: RoutingRule, team: Team | None, *, now: datetime) -> Clocks:
    """A queue has nobody to pass the lead on to."""
    return Clocks(clocks_for(rule, calendar_of_team(team, now=now), now=now).accept_by)


def record_taken_over(lead: Lead, *, before: int | None, by: User, now: datetime) -> None:
    """After somebody accepted a lead that was another's, or nobody's."""
    if before != by.pk:
        insert([Assignment(lead=lead, to=by, kind=AssignmentKind.ACCEPTED, at=now, by=by)])


def record_given_back(lead: Lead, *, by: User | None, now: datetime, why: str) -> None:
    note = f"Back to nurture: {why}"[:200]
    insert([Assignment(lead=lead, to=None, kind=AssignmentKind.REJECTED, at=now, by=by, note=note)])
