from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from crm.people.calendars import calendar_of, calendar_of_team, calendars_of
from crm.people.models import Absence, Company, FreeDay, WorkingHours
from tests.factories import NOW, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def hours(opens, closes, **owner):
    return WorkingHours.objects.create(opens=time(opens), closes=time(closes), **owner)


def works_at(user, day, hour):
    calendar = calendar_of(user, now=NOW)
    return calendar.is_at_work(datetime(2026, 3, day, hour, tzinfo=calendar.zone))


def test_where_nobody_has_hours_work_never_stops():
    calendar = calendar_of(UserFactory(), now=NOW)
    assert calendar.work_between(NOW, NOW + 7 * DAY) == 7 * DAY


def test_own_hours_come_before_the_teams_and_those_before_the_companys():
    team = TeamFactory()
    own, of_team, of_company = UserFactory(team=team), UserFactory(team=team), UserFactory()
    hours(9, 17, company=Company.current())
    hours(6, 12, team=team)
    hours(20, 23, user=own)
    at_work = {hour: [works_at(user, 10, hour) for user in (own, of_team, of_company)] for hour in (7, 15, 21)}
    assert at_work == {7: [False, True, False], 15: [False, False, True], 21: [True, False, False]}


def test_hours_are_by_the_clock_of_whoever_works_them():
    hours(9, 17, company=Company.current())
    tokyo, boston = UserFactory(time_zone="Asia/Tokyo"), UserFactory(time_zone="America/New_York")
    opens = [calendar_of(user, now=NOW).next_at_work(NOW) for user in (tokyo, boston)]
    assert [at.astimezone(ZoneInfo(user.time_zone)).hour for at, user in zip(opens, (tokyo, boston), strict=True)] == [
        9,
        9,
    ]
    assert opens[0] != opens[1]


def test_holidays_are_of_the_first_that_names_a_country():
    hours(9, 17, company=Company.current())
    Company.objects.update(country="US")
    team = TeamFactory(country="DE", region="BY")
    users = [UserFactory(), UserFactory(team=team), UserFactory(team=team, country="GB")]
    free = [calendar_of(user, now=NOW).free for user in users]
    days = {"Independence Day": date(2025, 7, 4), "Epiphany": date(2026, 1, 6), "Boxing Day": date(2025, 12, 26)}
    found = {name: [day in each for each in free] for name, day in days.items()}
    assert found == {
        "Independence Day": [True, False, False],
        "Epiphany": [False, True, False],
        "Boxing Day": [False, True, True],
    }


def test_free_days_are_of_a_team_or_of_all():
    hours(9, 17, company=Company.current())
    team = TeamFactory()
    FreeDay.objects.create(day=date(2026, 3, 11), name="Outing", team=team)
    FreeDay.objects.create(day=date(2026, 3, 12), name="Founding day")
    users = [UserFactory(team=team), UserFactory()]
    assert [[works_at(user, day, 10) for day in (11, 12, 13)] for user in users] == [
        [False, False, True],
        [True, False, True],
    ]
    queue = calendar_of_team(team, now=NOW)
    assert queue.after(NOW.replace(hour=16), timedelta(hours=2)) == NOW.replace(day=13, hour=10)


def test_absences_count_with_both_days():
    rep = UserFactory()
    Absence.objects.create(user=rep, first_day=date(2026, 3, 11), last_day=date(2026, 3, 12))
    assert [works_at(rep, day, 10) for day in (10, 11, 12, 13)] == [True, False, False, True]


def test_all_calendars_take_one_query(django_assert_num_queries):
    team = TeamFactory()
    hours(9, 17, company=Company.current())
    users = [UserFactory(team=team if n % 2 else None) for n in range(20)]
    Absence.objects.create(user=users[0], first_day=NOW.date(), last_day=NOW.date())
    with django_assert_num_queries(1):
        calendars_of(users, now=NOW)


def test_hours_belong_to_one():
    with pytest.raises(IntegrityError), transaction.atomic():
        hours(9, 17, team=TeamFactory(), user=UserFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        hours(9, 17)


@pytest.mark.parametrize("team", [False, True])
def test_a_free_day_is_there_once(team):
    given = {"day": NOW.date(), "name": "Outing", "team": TeamFactory() if team else None}
    FreeDay.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        FreeDay.objects.create(**given)
