"""A lead's own window: their zone, their country's public holidays, their sequence's hours."""

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

import holidays

from crm.people.calling import CALLS_FROM, CALLS_UNTIL
from crm.people.models import Company
from leads.models import Lead
from nurture.models import Sequence
from nurture.windows import Window

WORKING_WEEK = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class PublicHolidays:
    """``day in PublicHolidays("DE")``; a country that is not known has none."""

    country: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _public_holidays(self.country, day.year)


@lru_cache(maxsize=512)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def window_of(lead: Lead, sequence: Sequence) -> Window:
    return _window(lead, sequence.window_start, sequence.window_end, tuple(sequence.weekdays))


def calling_hours_of(lead: Lead) -> Window:
    """For calls that no sequence planned: working days, in the hours in which calling is allowed."""
    return _window(lead, CALLS_FROM, CALLS_UNTIL, WORKING_WEEK)


def _window(lead: Lead, start: time, end: time, weekdays: tuple[int, ...]) -> Window:
    country = lead.country or Company.current().country
    return Window(lead.zone, start, end, weekdays, PublicHolidays(country))
