"""How much working time is left to accept a lead, for whoever has it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.people.calendars import calendar_of_team, calendars_of
from crm.people.working_time import NeverAtWork, WorkCalendar
from crm.web.holding import holding
from leads.models import Lead, Stage

SOON = timedelta(hours=1)


@dataclass(frozen=True)
class Clock:
    """``work`` is the working time that is left, or has gone by since; ``runs_from``: it stands still until then."""

    deadline: datetime
    work: timedelta
    late: bool
    runs_from: datetime | None = None

    @property
    def text(self) -> str:
        """“3 h 20 min left”, “40 min late”."""
        hours, minutes = divmod(int(self.work.total_seconds() // 60), 60)
        parts = [f"{hours} h"] if hours else []
        if (minutes and hours < 10) or not hours:
            parts.append(f"{minutes} min")
        return f"{' '.join(parts)} {'late' if self.late else 'left'}"

    @property
    def state(self) -> str:
        return "late" if self.late else "soon" if self.work < SOON else "fine"


def set_clocks(leads: Iterable[Lead], *, now: datetime) -> None:
    """``lead.clock`` of each: a Clock while it waits to be accepted by a time, else None. Few queries, however many
    leads; pass them with owner and team, and the owner's team."""
    running: list[tuple[Lead, datetime]] = []
    for lead in leads:
        lead.clock = None
        if lead.stage == Stage.MQL and lead.accept_by is not None:
            running.append((lead, lead.accept_by))
    if not running:
        return
    with holding():
        owners = {lead.owner.pk: lead.owner for lead, _ in running if lead.owner}
        since = min(now, *(deadline for _, deadline in running))
        calendars = calendars_of(list(owners.values()), now=since)
        for lead, deadline in running:
            calendar = calendars[lead.owner.pk] if lead.owner else calendar_of_team(lead.team, now=since)
            lead.clock = _clock(calendar, deadline, now)


def _clock(calendar: WorkCalendar, deadline: datetime, now: datetime) -> Clock:
    if deadline <= now:
        return Clock(deadline, calendar.work_between(deadline, now), late=True)
    try:
        opens = calendar.next_at_work(now)
    except NeverAtWork:
        opens = deadline
    return Clock(deadline, calendar.work_between(now, deadline), late=False, runs_from=opens if opens > now else None)
