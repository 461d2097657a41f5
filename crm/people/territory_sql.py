"""Which territory an address is in, asked of the database: the same as ``crm.people.territories`` says of one."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Case, Func, Q, TextField, Value, When
from django.db.models.functions import Left, Lower, Trim, Upper
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from crm.people.public_holidays import countries_with_regions, region_names
from crm.people.territories import ANY, Match, TerritoryDefinition, postcode_key

NEVER = Q(pk__in=[])


class PostcodeKey(Func):
    """Letters and digits only, in capitals."""

    output_field = TextField()
    template = "UPPER(REGEXP_REPLACE(%(expressions)s, '[^[:alnum:]]', '', 'g'))"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Without the signs that postcodes are written with."""
        bare = "%(expressions)s"
        for sign in (" ", "-", ".", "/"):
            bare = f"REPLACE({bare}, '{sign}', '')"
        return self.as_sql(compiler, connection, template=f"UPPER({bare})", **extra)


# What the conditions look at: the rows must have them as aliases.
KEYS = {
    "country_key": Upper("country"),
    "region_key": Lower(Trim("region")),
    "postcode_key": PostcodeKey("postcode"),
    "industry_key": Lower(Trim("industry")),
}


def territory_case(territories: Iterable[TerritoryDefinition]) -> Case:
    """The id of the first territory that fits, else null. For rows that have an address and ``KEYS`` as aliases."""
    whens = [
        When(condition, then=Value(territory.pk))
        for territory in territories
        if (condition := _any(map(_fits, territory.matches))) != NEVER
    ]
    return Case(*whens, default=Value(None), output_field=BigIntegerField())


def _any(conditions: Iterable[Q]) -> Q:
    found = NEVER
    for condition in conditions:
        found = condition if found == NEVER else found | condition
    return found


def _fits(match: Match) -> Q:
    parts = [*_country(match), *_region(match), *_postcode(match), *_industry(match), *_employees(match)]
    found = Q()
    for part in parts:
        found &= part
    return found or Q(pk__isnull=False)  # a star alone: every address


def _country(match: Match) -> Iterable[Q]:
    if match.countries and ANY not in match.countries:
        yield Q(country_key__in=match.countries)


def _region(match: Match) -> Iterable[Q]:
    """California and CA are one region of the US, and two names elsewhere."""
    if not match.regions:
        return
    named = {region.strip().casefold() for region in match.regions}
    special = {
        country: names
        for country in countries_with_regions()
        if (names := _names_of(named, region_names(country))) != named
    }
    usual = ~Q(country_key__in=special) & Q(region_key__in=named)
    yield _any([usual, *(Q(country_key=country, region_key__in=names) for country, names in special.items())])


def _names_of(wanted: set[str], codes: dict[str, str]) -> set[str]:
    """All the names that are one of ``wanted`` where ``codes`` are the names' codes."""
    keys = {codes.get(name, name).casefold() for name in wanted}
    return {name for name in {*wanted, *keys, *codes} if codes.get(name, name).casefold() in keys}


def _postcode(match: Match) -> Iterable[Q]:
    first, last = postcode_key(match.postcode_from), postcode_key(match.postcode_to or match.postcode_from)
    if first:
        low = GreaterThanOrEqual(Left("postcode_key", len(first)), Value(first))
        high = LessThanOrEqual(Left("postcode_key", len(last)), Value(last))
        yield ~Q(postcode_key="") & Q(low) & Q(high)


def _industry(match: Match) -> Iterable[Q]:
    if match.industries:
        yield Q(industry_key__in={industry.casefold() for industry in match.industries})


def _employees(match: Match) -> Iterable[Q]:
    if match.employees_from is not None:
        yield Q(employees__gte=match.employees_from)
    if match.employees_to is not None:
        yield Q(employees__lte=match.employees_to)
