"""Whose calendar is what: the hours, holidays and absences that people, teams and the company have."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

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
class Plan:
    """What holds for everybody. ``hours`` are by whose they are, ``free_days`` by team (None: all)."""

    company: Company
    hours: Hours
    free_days: dict[int | None, frozenset[date]]

    def hours_of(self, *owners: tuple[str, int | None]) -> tuple[Shift, ...]:
        """The first that has any; none where nobody does."""
        return next((self.hours[owner] for owner in owners if owner in self.hours), ())

    def calendar(
        self, zone: ZoneInfo, shifts: tuple[Shift, ...], places: Iterable[User | Team | None], team: int | None
    ) -> WorkCalendar:
        """Without hours work never stops, not on holidays either."""
        if not shifts:
            return WorkCalendar(zone)
        country, region = self._where(places)
        own = self.free_days.get(None, frozenset()) | self.free_days.get(team, frozenset())
        return WorkCalendar(zone, shifts, DaysOff(PublicHolidays(country, region), own))

    def _where(self, places: Iterable[User | Team | None]) -> tuple[str, str]:
        """Country and region together, of the first that names a country, at last of the company."""
        named = (place for place in (*places, self.company) if place and place.country)
        return next(((place.country.upper(), place.region) for place in named), ("", ""))


def calendars_of(users: Collection[User], *, now: datetime) -> dict[int, WorkCalendar]:
    """By id, good for what happens from ``now`` on. Four queries, however many they are; pass users with their team."""
    plan, absences = _plan(), _absences(users, since=(now - BEFORE).date())
    return {user.pk: replace(_usual(plan, user), absent=Absences(absences.get(user.pk, ()))) for user in users}


def calendar_of(user: User, *, now: datetime) -> WorkCalendar:
    return calendars_of([user], now=now)[user.pk]


def calendar_of_team(team: Team | None) -> WorkCalendar:
    """The team's, else the company's, by the company's clock: for what waits for nobody in particular."""
    plan, pk = _plan(), team.pk if team else None
    return plan.calendar(plan.company.zone, plan.hours_of(("team", pk), COMPANY), [team], pk)


def _usual(plan: Plan, user: User) -> WorkCalendar:
    shifts = plan.hours_of(("user", user.pk), ("team", user.team_id), COMPANY)
    return plan.calendar(ZoneInfo(user.time_zone), shifts, [user, user.team], user.team_id)


def _absences(users: Collection[User], *, since: date) -> dict[int, tuple[Period, ...]]:
    found: dict[int, tuple[Period, ...]] = {}
    rows = Absence.objects.filter(user__in=[user.pk for user in users], last_day__gte=since).order_by("first_day", "pk")
    for user, first, last in rows.values_list("user", "first_day", "last_day"):
        found[user] = (*found.get(user, ()), Period(first, last))
    return found


@held
def _plan() -> Plan:
    """Few rows: read whole."""
    hours: Hours = {}
    for row in WorkingHours.objects.all():
        owners = (("user", row.user_id), ("team", row.team_id), ("company", row.company_id))
        key = next(owner for owner in owners if owner[1] is not None)
        hours[key] = (*hours.get(key, ()), Shift(frozenset(row.weekdays), row.opens, row.closes))
    return Plan(Company.current(), hours, _free_days() if hours else {})


def _free_days() -> dict[int | None, frozenset[date]]:
    found: dict[int | None, frozenset[date]] = {}
    for team, day in FreeDay.objects.values_list("team", "day"):
        found[team] = found.get(team, frozenset()) | {day}
    return found
