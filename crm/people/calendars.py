"""Whose calendar is what: the hours, holidays and absences that people, teams and the company have."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, F, Value

from crm.people.models import Absence, Company, FreeDay, Team, User, WorkingHours
from crm.people.public_holidays import PublicHolidays
from crm.people.working_time import Shift, WorkCalendar
from crm.web.holding import held

# A shift may have opened the day before, and the day before that is still the same day elsewhere.
BEFORE = timedelta(days=3)
COMPANY = ("company", 1)


@dataclass(frozen=True)
class DaysOff:
    """Public holidays and those of the company's or team's own."""

    public: PublicHolidays
    own: frozenset[date]

    def __contains__(self, day: object) -> bool:
        return day in self.own or day in self.public


@dataclass(frozen=True)
class Period:
    """``day in Period(...)``: both ends are in it."""

    first: date
    last: date


@dataclass(frozen=True)
class Absences:
    periods: tuple[Period, ...]

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and any(period.first <= day <= period.last for period in self.periods)


Hours = dict[tuple[str, int | None], tuple[Shift, ...]]


@dataclass(frozen=True)
class Week:
    """Everybody's hours, by whose they are; the company where it came with them."""

    hours: Hours
    read: Company | None

    @cached_property
    def company(self) -> Company:
        return self.read or Company.current()

    def of(self, *owners: tuple[str, int | None]) -> tuple[Shift, ...]:
        """The first that has any; none where nobody does."""
        return next((self.hours[owner] for owner in owners if owner in self.hours), ())


@dataclass(frozen=True)
class Days:
    """``free`` by team (None: all), ``absent`` by user."""

    free: dict[int | None, frozenset[date]]
    absent: dict[int, tuple[Period, ...]]

    def free_of(self, team: int | None) -> frozenset[date]:
        return self.free.get(None, frozenset()) | self.free.get(team, frozenset())


def calendars_of(users: Collection[User], *, now: datetime) -> dict[int, WorkCalendar]:
    """By id, good for what happens from ``now`` on. Two queries, however many they are; pass users with their team."""
    week, days = _week(), _days(users, since=(now - BEFORE).date())
    return {user.pk: _of_user(week, days, user) for user in users}


def calendar_of(user: User, *, now: datetime) -> WorkCalendar:
    return calendars_of([user], now=now)[user.pk]


def calendar_of_team(team: Team | None, *, now: datetime) -> WorkCalendar:
    """The team's, else the company's, by the company's clock: for what waits for nobody in particular."""
    week, pk = _week(), team.pk if team else None
    shifts = week.of(("team", pk), COMPANY)
    days = _days([], since=(now - BEFORE).date())
    return _calendar(week, week.company.zone, shifts, [team], days.free_of(pk))


def _of_user(week: Week, days: Days, user: User) -> WorkCalendar:
    shifts = week.of(("user", user.pk), ("team", user.team_id), COMPANY)
    usual = _calendar(week, ZoneInfo(user.time_zone), shifts, [user, user.team], days.free_of(user.team_id))
    return replace(usual, absent=Absences(days.absent.get(user.pk, ())))


def _calendar(
    week: Week, zone: ZoneInfo, shifts: tuple[Shift, ...], places: Iterable[User | Team | None], own: frozenset[date]
) -> WorkCalendar:
    """Without hours work never stops, not on holidays either. The holidays are those of the first place that names a
    country, at last of the company."""
    if not shifts:
        return WorkCalendar(zone)
    place = next((place for place in places if place and place.country), week.company)
    return WorkCalendar(zone, shifts, DaysOff(PublicHolidays(place.country.upper(), place.region), own))


@held
def _week() -> Week:
    """Few rows: read whole."""
    hours: Hours = {}
    rows = list(WorkingHours.objects.select_related("company"))
    for row in rows:
        owners = (("user", row.user_id), ("team", row.team_id), ("company", row.company_id))
        key = next(owner for owner in owners if owner[1] is not None)
        hours[key] = (*hours.get(key, ()), Shift(frozenset(row.weekdays), row.opens, row.closes))
    return Week(hours, next((row.company for row in rows if row.company), None))


def _days(users: Collection[User], *, since: date) -> Days:
    """Absences and free days that end on ``since`` or later, in one query."""
    nobody = Value(None, output_field=BigIntegerField())
    absences = Absence.objects.filter(user__in=[user.pk for user in users], last_day__gte=since).order_by()
    free_days = FreeDay.objects.filter(day__gte=since).order_by()
    rows = absences.annotate(of_team=nobody).values_list("user_id", "of_team", "first_day", "last_day")
    others = free_days.annotate(of_user=nobody, last=F("day")).values_list("of_user", "team_id", "day", "last")
    free: dict[int | None, frozenset[date]] = {}
    absent: dict[int, tuple[Period, ...]] = {}
    for user, team, first, last in rows.union(others, all=True):
        if user is None:
            free[team] = free.get(team, frozenset()) | {first}
        else:
            absent[user] = (*absent.get(user, ()), Period(first, last))
    return Days(free, absent)
