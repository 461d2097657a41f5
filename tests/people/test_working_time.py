from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.people.public_holidays import PublicHolidays
from crm.people.working_time import ROUND_THE_CLOCK, NeverAtWork, Shift, WorkCalendar

WEEK = frozenset(range(5))
OFFICE = (Shift(WEEK, time(9), time(17)),)
NIGHTS = (Shift(WEEK, time(22), time(6)),)
BERLIN, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"))
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def at(zone, *moment):
    return datetime(*moment, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ((2026, 3, 10, 10, 0), 4, (2026, 3, 10, 14, 0)),
        ((2026, 3, 10, 16, 0), 1, (2026, 3, 10, 17, 0)),  # used up as the day ends, not the next morning
        ((2026, 3, 10, 16, 0), 2, (2026, 3, 11, 10, 0)),
        ((2026, 3, 10, 20, 0), 1, (2026, 3, 11, 10, 0)),
        ((2026, 3, 13, 16, 0), 2, (2026, 3, 16, 10, 0)),  # over the weekend
        ((2026, 3, 14, 12, 0), 0, (2026, 3, 16, 9, 0)),
        ((2026, 3, 27, 16, 0), 9, (2026, 3, 30, 17, 0)),  # and its change of clocks
        ((2026, 4, 2, 16, 0), 2, (2026, 4, 7, 10, 0)),  # Good Friday and Easter Monday
    ],
)
def test_hours_of_an_office_in_berlin(start, hours, end):
    calendar = WorkCalendar(BERLIN, OFFICE, PublicHolidays("DE"))
    assert calendar.after(at(BERLIN, *start), hours * HOUR) == at(BERLIN, *end)


def test_a_holiday_of_a_region_counts_there_alone():
    epiphany = date(2026, 1, 6)
    assert (epiphany in PublicHolidays("DE", "BY"), epiphany in PublicHolidays("DE", "BE")) == (True, False)


def test_a_region_nobody_knows_has_the_holidays_of_its_country():
    assert date(2026, 12, 25) in PublicHolidays("DE", "Nowhere")


def test_an_absence_counts_like_a_holiday_and_says_that_somebody_is_away():
    calendar = WorkCalendar(BERLIN, OFFICE, absent=[date(2026, 3, 10), date(2026, 3, 11)])
    noon = at(BERLIN, 2026, 3, 10, 12)
    assert calendar.after(noon, HOUR) == at(BERLIN, 2026, 3, 12, 10)
    assert calendar.is_away(noon)
    assert calendar.is_away(at(BERLIN, 2026, 3, 9, 20))  # the next shift would be one of those days
    assert not calendar.is_away(at(BERLIN, 2026, 3, 9, 12))
    assert not calendar.is_away(at(BERLIN, 2026, 3, 11, 20))


def test_the_weekend_is_no_absence():
    assert not WorkCalendar(BERLIN, OFFICE).is_away(at(BERLIN, 2026, 3, 14, 12))


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_opens():
    calendar = WorkCalendar(BERLIN, NIGHTS, free=[date(2026, 3, 10)])
    assert calendar.is_at_work(at(BERLIN, 2026, 3, 10, 5, 59))  # Monday's night
    assert not calendar.is_at_work(at(BERLIN, 2026, 3, 10, 6))
    assert not calendar.is_at_work(at(BERLIN, 2026, 3, 11, 5))  # Tuesday was free
    assert calendar.is_at_work(at(BERLIN, 2026, 3, 14, 5))  # Friday's night, on Saturday
    assert calendar.after(at(BERLIN, 2026, 3, 13, 23), 8 * HOUR) == at(BERLIN, 2026, 3, 16, 23)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, (2026, 3, 7), 7),  # 02:00 to 03:00 does not exist
        (NEW_YORK, (2026, 10, 31), 9),  # 01:00 to 02:00 comes twice
        (LORD_HOWE, (2026, 10, 3), 7.5),  # half an hour is left out
        (LORD_HOWE, (2026, 4, 4), 8.5),  # half an hour comes twice
        (NEW_YORK, (2026, 3, 10), 8),
    ],
)
def test_a_night_is_as_long_as_it_really_is(zone, day, hours):
    calendar = WorkCalendar(zone, (Shift(frozenset(range(7)), time(22), time(6)),))
    start = at(zone, *day, 12)
    end = (start + 24 * HOUR).astimezone(zone).replace(hour=12, minute=0)
    assert calendar.work_between(start, end) == timedelta(hours=hours)
    assert calendar.after(start, timedelta(hours=hours)) == at(zone, *day[:2], day[2], 22) + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("opens", "closes", "minutes"),
    [
        (time(1), time(2), 60),  # ends when the gap begins
        (time(2, 15), time(2, 45), 0),  # falls into the gap whole
        (time(2, 30), time(4), 60),  # opens when the gap is over
        (time(1, 30), time(2, 30), 30),
    ],
)
def test_a_shift_in_an_hour_that_does_not_exist(opens, closes, minutes):
    calendar = WorkCalendar(NEW_YORK, (Shift(frozenset({6}), opens, closes),))
    assert calendar.work_between(at(NEW_YORK, 2026, 3, 8), at(NEW_YORK, 2026, 3, 9)) == minutes * MINUTE


def test_shifts_that_meet_in_a_repeated_hour_still_meet():
    parts = (Shift(frozenset({6}), time(0), time(1, 30)), Shift(frozenset({6}), time(1, 30), time(5)))
    calendar = WorkCalendar(NEW_YORK, parts)
    assert calendar.work_between(at(NEW_YORK, 2026, 11, 1), at(NEW_YORK, 2026, 11, 2)) == 6 * HOUR


def test_lord_howe_clock_over_the_half_hour():
    calendar = WorkCalendar(LORD_HOWE, ROUND_THE_CLOCK)
    start = at(LORD_HOWE, 2026, 10, 4, 1, 30)
    assert calendar.after(start, HOUR).astimezone(LORD_HOWE).time() == time(3)


def test_overlapping_shifts_count_once():
    twice = (Shift(WEEK, time(9), time(15)), Shift(WEEK, time(12), time(17)), Shift(WEEK, time(13), time(14)))
    day = at(BERLIN, 2026, 3, 10), at(BERLIN, 2026, 3, 11)
    assert WorkCalendar(BERLIN, twice).work_between(*day) == 8 * HOUR


@pytest.mark.parametrize(
    "calendar",
    [
        WorkCalendar(BERLIN, ()),
        WorkCalendar(BERLIN, OFFICE, absent=[date(2026, 1, 1) + timedelta(n) for n in range(900)]),
    ],
)
def test_whoever_never_works_is_said_so(calendar):
    start = at(BERLIN, 2026, 3, 10, 12)
    with pytest.raises(NeverAtWork):
        calendar.after(start, MINUTE)
    assert calendar.work_between(start, start + timedelta(days=300)) == timedelta()
    assert calendar.is_away(start)


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC"]
START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
shifts = st.lists(
    st.builds(Shift, st.frozensets(st.integers(0, 6), min_size=1), clock, clock), min_size=1, max_size=4
).map(tuple)
calendars = st.builds(
    WorkCalendar,
    st.sampled_from(ZONES).map(ZoneInfo),
    shifts,
    st.sampled_from([(), PublicHolidays("DE"), PublicHolidays("US")]),
    st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5),
)
# The first look at a country's holidays is slow, and counts against whichever example comes first.
property_of_time = settings(deadline=None, max_examples=60)
amounts = st.integers(0, 20 * 60).map(lambda minutes: minutes * MINUTE)


@property_of_time
@given(calendars, moments, amounts, amounts)
def test_work_adds_up(calendar, start, first, second):
    assert calendar.after(calendar.after(start, first), second) == calendar.after(start, first + second)


@property_of_time
@given(calendars, moments, amounts)
def test_what_was_added_is_what_lies_between(calendar, start, work):
    assert calendar.work_between(start, calendar.after(start, work)) == work


@property_of_time
@given(calendars, moments, moments, amounts, amounts)
def test_later_and_longer_never_ends_earlier(calendar, one, other, short, long):
    start, later = sorted((one, other))
    less, more = sorted((short, long))
    assert calendar.after(start, less) <= calendar.after(later, less) <= calendar.after(later, more)


@property_of_time
@given(calendars, st.lists(moments, min_size=3, max_size=3))
def test_work_between_adds_up(calendar, three):
    a, b, c = sorted(three)
    assert calendar.work_between(a, b) + calendar.work_between(b, c) == calendar.work_between(a, c)
    assert timedelta() <= calendar.work_between(a, c) <= c - a


@property_of_time
@given(calendars, moments, amounts.filter(bool))
def test_an_end_is_never_inside_closed_time(calendar, start, work):
    end = calendar.after(start, work)
    assert calendar.is_at_work(end - timedelta(seconds=1))


@property_of_time
@given(calendars, moments)
def test_nothing_is_done_before_the_next_opening(calendar, moment):
    opens = calendar.next_at_work(moment)
    assert calendar.is_at_work(opens)
    assert calendar.work_between(moment, opens) == timedelta()
    assert replace(calendar, absent=()).next_at_work(moment) <= opens


@property_of_time
@given(moments, amounts, st.sampled_from(ZONES))
def test_round_the_clock_is_the_clock(start, work, zone):
    assert WorkCalendar(ZoneInfo(zone)).after(start, work) == start + work
