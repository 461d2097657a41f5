from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.people.public_holidays import PublicHolidays
from nurture.models import Step, WaitFor
from nurture.waits import wait_until
from nurture.windows import NeverOpen, Window
from tests.nurture.test_windows import ZONES, moments


def business(zone="UTC", country="XX", weekdays=(0, 1, 2, 3, 4)):
    return Window(ZoneInfo(zone), time.min, time.max, weekdays, PublicHolidays(country))


def until(wait, began, **days):
    return wait_until(Step(kind="wait", **wait), began=began, business=business(**days))


FRIDAY_NOON = datetime(2026, 4, 3, 12, tzinfo=UTC)  # Good Friday
TUESDAY, NINE = 1, time(9)


@pytest.mark.parametrize(
    ("wait", "days", "expected"),
    [
        ({"wait_for": "days", "wait_days": 3}, {}, "2026-04-06T12:00:00+00:00"),
        ({"wait_for": "business_days", "wait_days": 1}, {}, "2026-04-06T12:00:00+00:00"),
        ({"wait_for": "business_days", "wait_days": 1}, {"country": "DE"}, "2026-04-07T12:00:00+00:00"),
        ({"wait_for": "business_days", "wait_days": 6}, {"country": "DE"}, "2026-04-14T12:00:00+00:00"),
        ({"wait_for": "weekday", "wait_weekday": TUESDAY}, {}, "2026-04-07T00:00:00+00:00"),
        ({"wait_for": "weekday", "wait_weekday": TUESDAY, "wait_time": NINE}, {}, "2026-04-07T09:00:00+00:00"),
        ({"wait_for": "weekday", "wait_weekday": 4, "wait_time": NINE}, {}, "2026-04-10T09:00:00+00:00"),
        ({"wait_for": "weekday", "wait_weekday": 4, "wait_time": time(15)}, {}, "2026-04-03T15:00:00+00:00"),
        ({"wait_for": "time", "wait_time": time(15)}, {}, "2026-04-03T15:00:00+00:00"),
        ({"wait_for": "time", "wait_time": NINE}, {}, "2026-04-04T09:00:00+00:00"),
        ({"wait_for": "time", "wait_time": time(12)}, {}, "2026-04-04T12:00:00+00:00"),
        ({"wait_for": "weekday", "wait_weekday": 4, "wait_time": time(12)}, {}, "2026-04-10T12:00:00+00:00"),
        ({"wait_for": "time", "wait_time": NINE}, {"zone": "Pacific/Auckland"}, "2026-04-03T20:00:00+00:00"),
    ],
)
def test_wait_ends_when_it_says(wait, days, expected):
    assert until(wait, FRIDAY_NOON, **days).isoformat() == expected


def test_business_days_keep_the_time_of_day_where_the_clock_springs_forward():
    """Lord Howe, Sunday 5 October 2025: 2:00 becomes 2:30."""
    began = datetime(2025, 10, 3, 8, 0, tzinfo=ZoneInfo("Australia/Lord_Howe"))
    ends = until({"wait_for": "business_days", "wait_days": 1}, began, zone="Australia/Lord_Howe")
    assert ends.astimezone(began.tzinfo).isoformat() == "2025-10-06T08:00:00+11:00"


def test_time_that_the_clock_passes_over_is_the_next_valid_minute():
    began = datetime(2026, 3, 28, 12, tzinfo=UTC)
    ends = until({"wait_for": "time", "wait_time": time(2, 30)}, began, zone="Europe/Berlin")
    assert ends.astimezone(ZoneInfo("Europe/Berlin")).isoformat() == "2026-03-29T03:00:00+02:00"


def test_business_days_that_never_come_are_said_to_be_so():
    with pytest.raises(NeverOpen):
        until({"wait_for": "business_days", "wait_days": 1}, FRIDAY_NOON, weekdays=())


WAITS = st.one_of(
    st.builds(lambda n: {"wait_for": WaitFor.DAYS, "wait_days": n}, st.integers(1, 60)),
    st.builds(lambda n: {"wait_for": WaitFor.BUSINESS_DAYS, "wait_days": n}, st.integers(1, 30)),
    st.builds(
        lambda day, at: {"wait_for": WaitFor.WEEKDAY, "wait_weekday": day, "wait_time": at},
        st.integers(0, 6),
        st.none() | st.times(),
    ),
    st.builds(lambda at: {"wait_for": WaitFor.TIME, "wait_time": at}, st.times()),
)


# Apia's calendar has no 30 December 2011. The first look at a country's holidays takes its time.
@settings(deadline=None)
@given(moments.filter(lambda moment: moment.year > 2011), st.sampled_from(ZONES), WAITS)
def test_every_wait_ends_later_than_it_began_and_on_the_day_it_says(began, zone, wait):
    ends = until(wait, began, zone=zone, country="AU")
    assert ends > began
    local: date = ends.astimezone(ZoneInfo(zone)).date()
    if wait["wait_for"] == WaitFor.WEEKDAY:
        assert local.weekday() == wait["wait_weekday"] or wait["wait_time"]
        assert (ends - began).days <= 14
    if wait["wait_for"] == WaitFor.BUSINESS_DAYS:
        assert local.weekday() < 5
        assert local not in PublicHolidays("AU")
