from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.people.calling import may_call
from crm.people.public_holidays import PublicHolidays
from nurture.windows import NeverOpen, Window, next_in_window

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
]
ALL_WEEK = range(7)
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
START = datetime(2011, 1, 1, tzinfo=UTC)
moments = st.integers(0, 19 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
weekdays = st.sets(st.integers(0, 6), min_size=1)


def is_open(moment, zone, start, end, weekdays, holidays):
    """The definition of being in a window, said another way: by what the clock on the wall shows."""
    local = moment.astimezone(zone)
    opened = local.date() if start <= local.time() else local.date() - timedelta(days=1)
    within = start <= local.time() < end if start < end else not end <= local.time() < start
    return within and not local.fold and opened.weekday() in weekdays and opened not in holidays


@given(moments, st.sampled_from(ZONES), minutes, minutes, weekdays)
@example(datetime(2024, 10, 5, 15, 10, tzinfo=UTC), "Australia/Lord_Howe", time(2, 10), time(3), {0, 1, 2, 3, 4, 5, 6})
@example(datetime(2011, 12, 29, 12, tzinfo=UTC), "Pacific/Apia", time(9), time(17), {0, 1, 2, 3, 4, 5, 6})
def test_next_is_in_the_window_not_earlier_and_the_first(moment, name, start, end, days):
    if start == end:
        return
    zone, holidays = ZoneInfo(name), {date(2012, 1, 2), date(2020, 12, 25)}
    found = next_in_window(moment, zone, start, end, days, holidays)
    assert found >= moment
    assert is_open(found, zone, start, end, days, holidays)
    assert next_in_window(found, zone, start, end, days, holidays) == found
    if found > moment:
        assert not is_open(moment, zone, start, end, days, holidays)
        before = max(moment, found - timedelta(seconds=1))
        assert before == found or not is_open(before, zone, start, end, days, holidays)


@given(moments, st.sampled_from(ZONES), minutes, minutes, st.integers(0, 10 * 24 * 60))
def test_nothing_between_moment_and_next_is_open(moment, name, start, end, skipped):
    if start == end:
        return
    zone = ZoneInfo(name)
    found = next_in_window(moment, zone, start, end, ALL_WEEK)
    between = moment + timedelta(minutes=skipped)
    assert between >= found or not is_open(between, zone, start, end, ALL_WEEK, ())


def local(moment, name):
    return moment.astimezone(ZoneInfo(name)).isoformat()


@pytest.mark.parametrize(
    ("name", "moment", "start", "end", "expected"),
    [
        # 02:00 becomes 03:00: an opening at 02:30 does not exist.
        ("Europe/Berlin", "2026-03-29T00:00Z", time(2, 30), time(5), "2026-03-29T03:00:00+02:00"),
        # Lord Howe springs by half an hour: 02:00 becomes 02:30.
        ("Australia/Lord_Howe", "2026-10-03T14:00Z", time(2, 10), time(5), "2026-10-04T02:30:00+11:00"),
        # A window that lies in the missing hour is not open on that day.
        ("Europe/Berlin", "2026-03-29T00:00Z", time(2, 10), time(2, 50), "2026-03-30T02:10:00+02:00"),
        # 02:00 to 03:00 happens twice: the second time is not counted.
        ("Europe/Berlin", "2026-10-25T01:15Z", time(1), time(5), "2026-10-25T03:00:00+01:00"),
        ("Europe/Berlin", "2026-10-25T00:15Z", time(1), time(5), "2026-10-25T02:15:00+02:00"),
        ("Europe/Berlin", "2026-10-25T01:15Z", time(1), time(2, 30), "2026-10-26T01:00:00+01:00"),
        # Overnight, before and after midnight, and in the hours between.
        ("America/New_York", "2026-06-02T03:00Z", time(22), time(2), "2026-06-01T23:00:00-04:00"),
        ("America/New_York", "2026-06-02T05:59Z", time(22), time(2), "2026-06-02T01:59:00-04:00"),
        ("America/New_York", "2026-06-02T06:00Z", time(22), time(2), "2026-06-02T22:00:00-04:00"),
    ],
)
def test_next_in_window_on_the_wall_clock(name, moment, start, end, expected):
    found = next_in_window(datetime.fromisoformat(moment), ZoneInfo(name), start, end, ALL_WEEK)
    assert local(found, name) == expected


def test_window_skips_weekend_and_holiday():
    friday_evening = datetime(2026, 4, 30, 18, tzinfo=UTC)  # 1 May is a holiday in Germany, a Friday
    window = Window(ZoneInfo("Europe/Berlin"), time(9), time(17), [0, 1, 2, 3, 4], PublicHolidays("DE"))
    assert local(window.next(friday_evening), "Europe/Berlin") == "2026-05-04T09:00:00+02:00"


def test_unknown_country_has_no_holidays():
    assert date(2026, 12, 25) not in PublicHolidays("XX")


def test_window_that_never_opens_is_an_error():
    with pytest.raises(NeverOpen):
        next_in_window(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"), time(9), time(17), [])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (time(9), time(17), (time(9), time(17))),
        (time(6), time(23), (time(8), time(21))),
        (time(22), time(2), (time(8), time(21))),
        (time(21), time(23), (time(8), time(21))),
    ],
)
def test_calls_stay_within_the_legal_hours(start, end, expected):
    window = Window(ZoneInfo("UTC"), start, end, ALL_WEEK).for_calls()
    assert (window.start, window.end) == expected


@pytest.mark.parametrize(("hour", "minute", "allowed"), [(7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False)])
def test_may_call_from_eight_to_twenty_one_where_they_are(hour, minute, allowed):
    moment = datetime(2026, 6, 1, hour, minute, tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
    assert may_call(moment, ZoneInfo("America/Los_Angeles")) == allowed
