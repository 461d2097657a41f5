"""The database finds the same territory as the rules that explain it."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.people.territories import Match, Place, TerritoryDefinition, territory_of
from crm.people.territory_sql import KEYS, territory_case
from leads.models import Lead
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PLACES = [
    *product(["US", "us", "DE", ""], ["", "CA", "california", " Bayern", "BY", "Kent"], ["", "94105-12", "sw1p 3bt"]),
]
FIRMS = [("", None), ("Software", 49), (" trade", 50), ("SOFTWARE", 0)]
some = st.lists
matches = st.builds(
    Match,
    countries=some(st.sampled_from(["US", "DE", "GB", "*"]), max_size=2).map(tuple),
    regions=some(st.sampled_from(["California", "CA", "by", "Bayern", "Kent"]), max_size=2).map(tuple),
    postcode_from=st.sampled_from(["", "9", "94105", "SW1A", "10"]),
    postcode_to=st.sampled_from(["", "95", "SW1Y"]),
    industries=some(st.sampled_from(["software", "Trade"]), max_size=1).map(tuple),
    employees_from=st.sampled_from([None, 0, 50]),
    employees_to=st.sampled_from([None, 49]),
)
FIELDS = ("country", "region", "postcode", "industry", "employees")


@pytest.fixture
def places():
    rows = [(*place, *FIRMS[number % 4]) for number, place in enumerate(PLACES)]
    Lead.objects.bulk_create(Lead(**dict(zip(FIELDS, row, strict=True)), stage_changed_at=NOW) for row in rows)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(matches, max_size=2), max_size=3))
def test_database_and_rules_find_the_same_territory(places, definitions):
    territories = [TerritoryDefinition(pk, str(pk), found) for pk, found in enumerate(definitions, 1)]
    leads = Lead.objects.alias(**KEYS).annotate(found=territory_case(territories)).values_list("found", *FIELDS)
    assert len(leads) == len(PLACES)
    for found, *address in leads:
        expected = territory_of(territories, Place(*address)).territory
        assert found == (expected.pk if expected else None), (address, definitions)


def test_star_takes_in_every_address_and_no_match_none(places):
    star, nothing = TerritoryDefinition(1, "All", [Match(countries=("*",))]), TerritoryDefinition(2, "None", [])
    for territories, expected in (([star], {1}), ([nothing], {None}), ([], {None}), ([nothing, star], {1})):
        rows = Lead.objects.alias(**KEYS).annotate(found=territory_case(territories))
        assert set(rows.values_list("found", flat=True)) == expected
