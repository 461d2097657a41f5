"""Which territory an address is in, and why not the others. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.people.public_holidays import region_names

ANY = "*"


@dataclass(frozen=True)
class Place:
    """What is known of an address; empty is unknown."""

    country: str = ""
    region: str = ""
    postcode: str = ""
    industry: str = ""
    employees: int | None = None


@dataclass(frozen=True)
class Match:
    """All that is filled in must fit."""

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    postcode_from: str = ""
    postcode_to: str = ""
    industries: tuple[str, ...] = ()
    employees_from: int | None = None
    employees_to: int | None = None


@dataclass(frozen=True)
class TerritoryDefinition:
    pk: int
    name: str
    matches: Sequence[Match]


@dataclass(frozen=True)
class Looked:
    """One territory that was looked at: "" as ``why_not`` is a hit."""

    territory: TerritoryDefinition
    why_not: str


@dataclass(frozen=True)
class Found:
    """In order; the last one is the hit, if there is one."""

    looked_at: Sequence[Looked]

    @property
    def territory(self) -> TerritoryDefinition | None:
        last = self.looked_at[-1] if self.looked_at else None
        return last.territory if last and not last.why_not else None


def territory_of(territories: Iterable[TerritoryDefinition], place: Place) -> Found:
    looked_at = []
    for territory in territories:
        whys = [why_not(match, place) for match in territory.matches] or ["It takes in no address yet"]
        looked_at.append(Looked(territory, "" if "" in whys else "; or: ".join(dict.fromkeys(whys))))
        if not looked_at[-1].why_not:
            break
    return Found(looked_at)


def why_not(match: Match, place: Place) -> str:
    """For a person; "" where the address fits."""
    return (
        _country(match, place)
        or _region(match, place)
        or _postcode(match, place)
        or _industry(match, place)
        or _employees(match, place)
    )


def _country(match: Match, place: Place) -> str:
    if not match.countries or ANY in match.countries:
        return ""
    if not place.country:
        return "country unknown"
    return "" if place.country.upper() in match.countries else f"country {place.country.upper()} is not in it"


def _region(match: Match, place: Place) -> str:
    if not match.regions:
        return ""
    if not place.region:
        return "region unknown"
    wanted = {_region_key(region, place.country) for region in match.regions}
    return "" if _region_key(place.region, place.country) in wanted else f"region {place.region} is not in it"


def _region_key(region: str, country: str) -> str:
    """California and CA are one region of the US."""
    name = region.strip().casefold()
    return region_names(country.upper()).get(name, name).casefold() if country else name


def _postcode(match: Match, place: Place) -> str:
    """Compared as far as the bounds are long, so that 10 to 19 takes in 10115 and 19999."""
    first, last = postcode_key(match.postcode_from), postcode_key(match.postcode_to or match.postcode_from)
    if not first:
        return ""
    code = postcode_key(place.postcode)
    if not code:
        return "postcode unknown"
    within = first <= code[: len(first)] and code[: len(last)] <= last
    return "" if within else f"postcode {place.postcode} is not in {_range(match)}"


def postcode_key(value: str) -> str:
    return "".join(character for character in value.upper() if character.isalnum())


def _range(match: Match) -> str:
    return match.postcode_from + (f" to {match.postcode_to}" if match.postcode_to else "…")


def _industry(match: Match, place: Place) -> str:
    if not match.industries:
        return ""
    if not place.industry:
        return "industry unknown"
    known = {industry.casefold() for industry in match.industries}
    return "" if place.industry.strip().casefold() in known else f"industry {place.industry} is not in it"


def _employees(match: Match, place: Place) -> str:
    low, high = match.employees_from, match.employees_to
    if low is None and high is None:
        return ""
    if place.employees is None:
        return "number of employees unknown"
    if low is not None and place.employees < low:
        return f"{place.employees} employees are fewer than {low}"
    if high is not None and place.employees > high:
        return f"{place.employees} employees are more than {high}"
    return ""


def in_words(match: Match) -> str:
    """What a match asks for, for lists: “US; region California, NV; from 50 employees”."""
    parts = [", ".join(match.countries), match.regions and f"region {', '.join(match.regions)}"]
    parts.append(match.postcode_from and f"postcode {_range(match)}")
    parts.append(match.industries and f"industry {', '.join(match.industries)}")
    if match.employees_from is not None or match.employees_to is not None:
        low = f"from {match.employees_from} " if match.employees_from is not None else ""
        high = f"up to {match.employees_to} " if match.employees_to is not None else ""
        parts.append(f"{low}{high}employees")
    return "; ".join(part for part in parts if part) or "nothing"


def split(text: str) -> tuple[str, ...]:
    """Of a list that somebody typed with commas."""
    return tuple(part for part in (piece.strip() for piece in text.split(",")) if part)
