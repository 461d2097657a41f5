"""Working time: when somebody works, and how much of it lies between two moments. Pure: no database, no clock.

Counted are minutes that really pass, in UTC, while a shift is open. A shift belongs to the day on which it opens; one
that closes at or before its opening ends on the next day (22:00 to 06:00; 00:00 to 00:00 is the whole day). Where
clocks change, a shift opens and closes when the clock on the wall first shows its time or a later one: shifts that meet
still meet, and the night on which an hour is repeated is an hour longer.

The libraries for this (businesstimedelta, businesstime, business-duration) were tried: none takes zones of ``zoneinfo``
through a change of clocks together with shifts over midnight.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.web.wall_clock import first_instant

DAY, NONE = timedelta(days=1), timedelta()
LONGEST_SEARCH = 400  # days without a shift
EVERY_DAY = frozenset(range(7))


class NeverAtWork(ValueError):
    """There is no shift in more than a year."""


@dataclass(frozen=True)
class Shift:
    """Monday is 0."""

    weekdays: frozenset[int]
    opens: time
    closes: time


ROUND_THE_CLOCK = (Shift(EVERY_DAY, time(0), time(0)),)


@dataclass(frozen=True)
class WorkCalendar:
    """``free`` holds the days on which nobody works, ``absent`` those on which this person does not."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...] = ROUND_THE_CLOCK
    free: Container[date] = ()
    absent: Container[date] = ()

    def is_at_work(self, moment: datetime) -> bool:
        return self.next_at_work(moment) == moment

    def next_at_work(self, moment: datetime) -> datetime:
        """``moment`` itself while a shift is open, else the next opening, in UTC. Raises NeverAtWork."""
        moment = moment.astimezone(UTC)
        opens, _closes = next(span for span in self.spans(moment) if span[1] > moment)
        return max(opens, moment)

    def is_away(self, moment: datetime) -> bool:
        """Whether an absence keeps the person from the shift that is open, or that would be the next."""
        try:
            present = self.next_at_work(moment)
            return self.absent != () and present != replace(self, absent=()).next_at_work(moment)
        except NeverAtWork:
            return True

    def after(self, start: datetime, work: timedelta) -> datetime:
        """The first moment at which ``work`` has been done since ``start``. Raises NeverAtWork."""
        start = start.astimezone(UTC)
        for opens, closes in self.spans(start):
            begin = max(opens, start)
            if work <= closes - begin:
                return begin + work
            work -= max(closes - begin, NONE)
        raise AssertionError("spans do not end")

    def work_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; none where the end comes first."""
        start, end, work = start.astimezone(UTC), end.astimezone(UTC), NONE
        for opens, closes in self._spans(start, until=end):
            work += max(min(closes, end) - max(opens, start), NONE)
        return work

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open times that end at ``since`` or later, in order, none overlapping another. Raises NeverAtWork."""
        return self._spans(since)

    def _spans(self, since: datetime, until: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        day = since.astimezone(self.zone).date() - 2 * DAY
        last, covered = day, datetime.min.replace(tzinfo=UTC)
        while until is None or first_instant(day, time(0), self.zone) < until:
            for opens, closes in self._of_day(day):
                last, opens, covered = day, max(opens, covered), max(covered, closes)
                if closes >= since and closes > opens:
                    yield opens, closes
            day += DAY
            if until is None and day - last > LONGEST_SEARCH * DAY:
                raise NeverAtWork(f"no shift within {LONGEST_SEARCH} days")

    def _of_day(self, day: date) -> list[tuple[datetime, datetime]]:
        shifts = [shift for shift in self.shifts if day.weekday() in shift.weekdays]
        if not shifts or day in self.free or day in self.absent:
            return []
        return sorted(self._instants(day, shift) for shift in shifts)

    def _instants(self, day: date, shift: Shift) -> tuple[datetime, datetime]:
        closes_on = day if shift.closes > shift.opens else day + DAY
        return first_instant(day, shift.opens, self.zone), first_instant(closes_on, shift.closes, self.zone)
