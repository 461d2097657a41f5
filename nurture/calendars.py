"""A lead's own window: their zone, their country's public holidays, their sequence's hours."""

from datetime import time

from crm.people.calling import CALLS_FROM, CALLS_UNTIL
from crm.people.models import Company
from crm.people.public_holidays import PublicHolidays
from leads.models import Lead
from nurture.models import Sequence
from nurture.windows import Window

WORKING_WEEK = (0, 1, 2, 3, 4)


def window_of(lead: Lead, sequence: Sequence) -> Window:
    return _window(lead, sequence.window_start, sequence.window_end, tuple(sequence.weekdays))


def calling_hours_of(lead: Lead) -> Window:
    """For calls that no sequence planned: working days, in the hours in which calling is allowed."""
    return _window(lead, CALLS_FROM, CALLS_UNTIL, WORKING_WEEK)


def business_days_of(lead: Lead) -> Window:
    """Working days without the holidays of their country, round the clock."""
    return _window(lead, time.min, time.max, WORKING_WEEK)


def legal_hours_of(lead: Lead) -> Window:
    """For calls at a time that a person chose: any day, in the hours in which calling is allowed."""
    return Window(lead.zone, CALLS_FROM, CALLS_UNTIL, range(7))


def _window(lead: Lead, start: time, end: time, weekdays: tuple[int, ...]) -> Window:
    country = lead.country or Company.current().country
    return Window(lead.zone, start, end, weekdays, PublicHolidays(country))
