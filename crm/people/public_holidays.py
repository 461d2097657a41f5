"""Public holidays of a country and, where the country has them, of its regions."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays


@dataclass(frozen=True)
class PublicHolidays:
    """``day in PublicHolidays("DE", "BY")``; a country that is not known has none, a region that is not known has those
    of its country."""

    country: str
    region: str = ""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _public_holidays(self.country, self.region, day.year)


@lru_cache(maxsize=512)
def _public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    for subdivision in (region or None, None):
        try:
            return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
        except NotImplementedError:
            continue
    return frozenset()


@lru_cache(maxsize=256)
def knows_country(country: str) -> bool:
    try:
        holidays.country_holidays(country, years=2026)
    except NotImplementedError:
        return False
    return len(country) == 2


@lru_cache(maxsize=256)
def regions_of(country: str) -> frozenset[str]:
    try:
        return frozenset(holidays.country_holidays(country, years=2026).subdivisions)
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=512)
def region_names(country: str) -> dict[str, str]:
    """Code by its name in small letters: {"california": "CA", …}; empty for a country that is not known."""
    try:
        names = holidays.country_holidays(country, years=2026).subdivisions_aliases
    except NotImplementedError:
        return {}
    return {name.casefold(): code for name, code in names.items()}


@lru_cache(maxsize=1)
def countries_with_regions() -> tuple[str, ...]:
    """Of two letters."""
    known = holidays.list_supported_countries(include_aliases=False)
    return tuple(country for country in known if len(country) == 2 and region_names(country))
