"""Whose calendar is what: the hours, holidays and absences that people, teams and the company have."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, DateField, TextField, TimeField, Value
from django.db.models.functions import Cast

from crm.people.models import Absence, Company, FreeDay, Team, User, WorkingHours
from crm.people.public_holidays import PublicHolidays
from crm.people.working_time import Shift, WorkCalendar
from crm.web.holding import kept

# A shift may have opened the day before, and the day before that is still the same day elsewhere.
BEFORE = timedelta(days=3)
COMPANY = ("company", 1)
TABLES = ("people_workinghours", "people_absence", "people_freeday", "people_company")


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
class Place:
    """Where work is done, as far as hours and holidays go."""

    country: str
    region: str
    time_zone: str


@dataclass(frozen=True)
class Week:
    """Everybody's hours, by whose they are; the company's place where it came with them."""

    hours: Hours
    read: Place | None

    @cached_property
    def company(self) -> Place | Company:
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
    """By id, good for what happens from ``now`` on: the same one for all whose calendars are equal. One query, however
    many they are; pass users with their team."""
    return _calendars(tuple(users), since=(now - BEFORE).date())


@kept(*TABLES, "people_user", "people_team")
def _calendars(users: tuple[User, ...], *, since: date) -> dict[int, WorkCalendar]:
    week, days = _read(tuple(user.pk for user in users), since=since)
    shared: dict[WorkCalendar, WorkCalendar] = {}
    found = {user.pk: _of_user(week, days, user) for user in users}
    return {pk: shared.setdefault(calendar, calendar) for pk, calendar in found.items()}


def calendar_of(user: User, *, now: datetime) -> WorkCalendar:
    return calendars_of([user], now=now)[user.pk]


def calendar_of_team(team: Team | None, *, now: datetime) -> WorkCalendar:
    """The team's, else the company's, by the company's clock: for what waits for nobody in particular."""
    week, days = _read((), since=(now - BEFORE).date())
    pk = team.pk if team else None
    zone = ZoneInfo(week.company.time_zone)
    return _calendar(week, zone, week.of(("team", pk), COMPANY), [team], days.free_of(pk))


def _of_user(week: Week, days: Days, user: User) -> WorkCalendar:
    shifts = week.of(("user", user.pk), ("team", user.team_id), COMPANY)
    usual = _calendar(week, ZoneInfo(user.time_zone), shifts, [user, user.team], days.free_of(user.team_id))
    absent = days.absent.get(user.pk)
    return replace(usual, absent=Absences(absent)) if absent else usual


def _calendar(
    week: Week, zone: ZoneInfo, shifts: tuple[Shift, ...], places: Iterable[User | Team | None], own: frozenset[date]
) -> WorkCalendar:
    """Without hours work never stops, not on holidays either. The holidays are those of the first place that names a
    country, at last of the company."""
    if not shifts:
        return WorkCalendar(zone)
    place = next((place for place in places if place and place.country), week.company)
    return WorkCalendar(zone, shifts, DaysOff(PublicHolidays(place.country.upper(), place.region), own))


# What the one query returns; each kind of row fills in some.
COLUMNS: dict[str, Any] = {
    "of_user": BigIntegerField(),
    "of_team": BigIntegerField(),
    "of_company": BigIntegerField(),
    "first": DateField(),
    "last": DateField(),
    "from_time": TimeField(),
    "to_time": TimeField(),
    "days": TextField(),
    "in_country": TextField(),
    "in_region": TextField(),
    "in_zone": TextField(),
}


class Row(NamedTuple):
    of_user: int | None
    of_team: int | None
    of_company: int | None
    first: date | None
    last: date | None
    from_time: time | None
    to_time: time | None
    days: str | None
    in_country: str | None
    in_region: str | None
    in_zone: str | None


@kept(*TABLES)
def _read(users: tuple[int, ...], *, since: date) -> tuple[Week, Days]:
    """Hours of all, and absences and free days that end on ``since`` or later, in one query."""
    shifts = _columns(
        WorkingHours.objects.all(),
        of_user="user_id",
        of_team="team_id",
        of_company="company_id",
        from_time="opens",
        to_time="closes",
        days="weekdays",
        in_country="company__country",
        in_region="company__region",
        in_zone="company__time_zone",
    )
    away = Absence.objects.filter(user__in=users, last_day__gte=since)
    absences = _columns(away, of_user="user_id", first="first_day", last="last_day")
    free_days = _columns(FreeDay.objects.filter(day__gte=since), of_team="team_id", first="day", last="day")
    rows = [Row(*row) for row in shifts.union(absences, free_days, all=True)]
    return _week([row for row in rows if row.days is not None]), _days([row for row in rows if row.days is None])


def _columns(rows: Any, **filled: str) -> Any:
    found = {name: Cast(filled.get(name, Value(None)), kind) for name, kind in COLUMNS.items()}
    return rows.order_by().annotate(**found).values_list(*COLUMNS)


def _week(rows: list[Row]) -> Week:
    hours: Hours = {}
    place = None
    for row in rows:
        owners = (("user", row.of_user), ("team", row.of_team), ("company", row.of_company))
        key = next(owner for owner in owners if owner[1] is not None)
        shift = Shift(frozenset(json.loads(row.days or "[]")), row.from_time or time(0), row.to_time or time(0))
        hours[key] = (*hours.get(key, ()), shift)
        if row.of_company is not None:
            place = Place(row.in_country or "", row.in_region or "", row.in_zone or "UTC")
    return Week(hours, place)


def _days(rows: list[Row]) -> Days:
    free: dict[int | None, frozenset[date]] = {}
    absent: dict[int, tuple[Period, ...]] = {}
    for row in rows:
        if row.first is None or row.last is None:
            continue
        if row.of_user is None:
            free[row.of_team] = free.get(row.of_team, frozenset()) | {row.first}
        else:
            absent[row.of_user] = (*absent.get(row.of_user, ()), Period(row.first, row.last))
    return Days(free, absent)
