"""When a person may be written to or called: a daily window in their own time. Pure: no database, no clock.

A window may pass midnight (22:00 to 02:00); it then belongs to the day on which it opens. Where the clock springs
forward, an opening that does not exist moves to the next valid minute; where it falls back, the repeated hour counts
once: the first time.
"""

from collections.abc import Collection, Container
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.people.calling import CALLS_FROM, CALLS_UNTIL
from crm.web.wall_clock import first_instant, first_second

LONGEST_SEARCH = 400  # days; no country has that many holidays in a row
DAY = timedelta(days=1)


class NeverOpen(ValueError):
    """The window has no minute in more than a year."""


@dataclass(frozen=True)
class Window:
    zone: ZoneInfo
    start: time
    end: time
    weekdays: Collection[int]
    holidays: Container[date] = ()

    def next(self, moment: datetime) -> datetime:
        return next_in_window(moment, self.zone, self.start, self.end, self.weekdays, self.holidays)

    def contains(self, moment: datetime) -> bool:
        return self.next(moment) == moment

    def for_calls(self) -> "Window":
        """What of it lies within the hours in which calling is allowed; all of those where nothing does."""
        if self.end <= self.start:
            return replace(self, start=CALLS_FROM, end=CALLS_UNTIL)
        start, end = max(self.start, CALLS_FROM), min(self.end, CALLS_UNTIL)
        return replace(self, start=start, end=end) if start < end else replace(self, start=CALLS_FROM, end=CALLS_UNTIL)


def next_in_window(
    moment: datetime,
    zone: ZoneInfo,
    start: time,
    end: time,
    weekdays: Collection[int],
    holidays: Container[date] = (),
) -> datetime:
    """``moment`` itself if it is in the window, else the next that is, in UTC. Monday is 0. Raises NeverOpen."""
    moment = moment.astimezone(UTC)
    first = moment.astimezone(zone).date() - DAY
    for day in (first + DAY * n for n in range(LONGEST_SEARCH)):
        if day.weekday() not in weekdays or day in holidays:
            continue
        closes = first_instant(day if start < end else day + DAY, end, zone)
        candidate = _after_repeated_hour(max(moment, first_instant(day, start, zone)), zone)
        if candidate < closes:
            return candidate
    raise NeverOpen(f"no open window within {LONGEST_SEARCH} days")


def _after_repeated_hour(instant: datetime, zone: ZoneInfo) -> datetime:
    local = instant.astimezone(zone)
    if not local.fold:
        return instant
    repeated = instant - local.replace(fold=0).astimezone(UTC)
    return first_second(instant, instant + repeated, lambda later: not later.astimezone(zone).fold)
