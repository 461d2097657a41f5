"""When a wait is over. Always later than it began, so that no wait lets a loop turn twice at one time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from crm.web.wall_clock import first_instant
from nurture.models import Step, WaitFor
from nurture.windows import DAY, LONGEST_SEARCH, NeverOpen, Window


def wait_until(step: Step, *, began: datetime, business: Window) -> datetime:
    """``business``: the lead's zone, working days and holidays. A business day ends the wait at the time of day at
    which it began; a weekday or a time of day, when the lead's clock next shows it."""
    match WaitFor(step.wait_for):
        case WaitFor.DAYS:
            return began + timedelta(days=step.wait_days)
        case WaitFor.BUSINESS_DAYS:
            return _after_business_days(step.wait_days, began, business)
        case WaitFor.WEEKDAY:
            return _next(began, step.wait_time or time(), business, lambda day: day.weekday() == step.wait_weekday)
        case WaitFor.TIME:
            return _next(began, step.wait_time or time(), business, lambda day: True)


def _after_business_days(count: int, began: datetime, business: Window) -> datetime:
    local = began.astimezone(business.zone)
    day, left = local.date(), count
    for _ in range(LONGEST_SEARCH + 3 * count):
        day += DAY
        left -= day.weekday() in business.weekdays and day not in business.holidays
        if not left:
            return first_instant(day, local.time(), business.zone)
    raise NeverOpen(f"{count} business days never pass")


def _next(began: datetime, at: time, business: Window, wanted: Callable[[date], bool]) -> datetime:
    today = began.astimezone(business.zone).date()
    for day in (today + DAY * n for n in range(LONGEST_SEARCH)):
        if wanted(day) and (instant := first_instant(day, at, business.zone)) > began:
            return instant
    raise NeverOpen("that day never comes")
