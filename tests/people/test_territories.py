from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.people.models import Territory
from crm.people.territories import Match, Place, TerritoryDefinition, in_words, territory_of, why_not
from crm.people.territory_lookup import definitions, gaps, owners_of
from tests.factories import UserFactory

BOSTON = Place("US", "MA", "02139-4307", "Software", 50)


@pytest.mark.parametrize(
    ("match", "place", "why"),
    [
        (Match(countries=("US", "CA")), BOSTON, ""),
        (Match(countries=("DE",)), BOSTON, "country US is not in it"),
        (Match(countries=("DE",)), Place(), "country unknown"),
        (Match(countries=("*",)), Place(), ""),
        (Match(regions=("Massachusetts",)), BOSTON, ""),
        (Match(regions=("ma",)), Place("US", "massachusetts"), ""),
        (Match(regions=("CA",)), BOSTON, "region MA is not in it"),
        (Match(regions=("Bayern",)), Place("DE", "BY"), ""),
        (Match(regions=("Kent",)), Place("GB", "kent "), ""),
        (Match(regions=("MA",)), Place("US"), "region unknown"),
        (Match(postcode_from="02", postcode_to="03"), BOSTON, ""),
        (Match(postcode_from="10", postcode_to="19"), Place(postcode="19999"), ""),
        (Match(postcode_from="10", postcode_to="19"), Place(postcode="20000"), "postcode 20000 is not in 10 to 19"),
        (Match(postcode_from="021"), BOSTON, ""),
        (Match(postcode_from="021"), Place(postcode="02201"), "postcode 02201 is not in 021…"),
        (Match(postcode_from="SW1A", postcode_to="SW1Y"), Place(postcode="sw1p 3bt"), ""),
        (Match(postcode_from="021"), Place(), "postcode unknown"),
        (Match(industries=("software", "Trade")), BOSTON, ""),
        (Match(industries=("Trade",)), BOSTON, "industry Software is not in it"),
        (Match(industries=("Trade",)), Place(), "industry unknown"),
        (Match(employees_from=50, employees_to=50), BOSTON, ""),
        (Match(employees_from=51), BOSTON, "50 employees are fewer than 51"),
        (Match(employees_to=49), BOSTON, "50 employees are more than 49"),
        (Match(employees_from=0), Place(), "number of employees unknown"),
        (Match(employees_from=0), Place(employees=0), ""),
        (Match(countries=("US",), employees_from=100), BOSTON, "50 employees are fewer than 100"),
    ],
)
def test_what_fits_a_match_and_why_not(match, place, why):
    assert why_not(match, place) == why


def test_the_first_territory_of_whose_matches_one_fits_has_the_address():
    territories = [
        TerritoryDefinition(1, "Nothing yet", []),
        TerritoryDefinition(2, "Large", [Match(employees_from=500), Match(countries=("DE",))]),
        TerritoryDefinition(3, "East", [Match(countries=("DE",)), Match(regions=("MA",))]),
        TerritoryDefinition(4, "All", [Match(countries=("*",))]),
    ]
    found = territory_of(territories, BOSTON)
    assert found.territory.name == "East"
    assert [(each.territory.name, each.why_not) for each in found.looked_at] == [
        ("Nothing yet", "It takes in no address yet"),
        ("Large", "50 employees are fewer than 500; or: country US is not in it"),
        ("East", ""),
    ]
    assert territory_of(territories[:2], BOSTON).territory is None
    assert territory_of([], BOSTON).territory is None


digits = st.text("0123456789", min_size=5, max_size=5)
prefixes = st.text("0123456789", min_size=1, max_size=5)


@given(digits, prefixes, prefixes)
def test_a_range_of_postcodes_is_what_numbers_say(code, first, last):
    fits = int(first.ljust(5, "0")) <= int(code) <= int(last.ljust(5, "9"))
    assert (why_not(Match(postcode_from=first, postcode_to=last), Place(postcode=code)) == "") == fits


def test_a_match_in_words():
    match = Match(("US",), ("CA", "NV"), "90", "93", ("Software",), 50, 200)
    assert in_words(match) == ("US; region CA, NV; postcode 90 to 93; industry Software; from 50 up to 200 employees")


@pytest.mark.django_db
def test_stored_territories_are_looked_at_in_their_order():
    Territory.objects.create(name="Later", position=2).matches.create(countries="*")
    Territory.objects.create(name="Off", position=0, active=False).matches.create(countries="*")
    Territory.objects.create(name="First", position=1).matches.create(countries="us, CA", industries="Software, Trade")
    assert [each.name for each in definitions()] == ["First", "Later"]
    assert territory_of(definitions(), BOSTON).territory.name == "First"
    assert territory_of(definitions(), Place("DE")).territory.name == "Later"


@pytest.mark.django_db
def test_owners_change_at_midnight():
    north = Territory.objects.create(name="North")
    old, new, gone = UserFactory(), UserFactory(), UserFactory(is_active=False)
    june = date(2026, 6, 1)
    north.owners.create(user=old, since=date(2026, 1, 1), until=june)
    north.owners.create(user=new, since=june)
    north.owners.create(user=gone, since=date(2026, 1, 1))
    assert owners_of(north.pk, june - timedelta(days=1)) == [old]
    assert owners_of(north.pk, june) == [new]
    assert owners_of(north.pk, date(2025, 12, 31)) == []


@pytest.mark.django_db
def test_gaps_are_days_without_any_owner():
    north, today = Territory.objects.create(name="North"), date(2026, 1, 1)
    assert gaps(north, today=today) == []
    for since, until in (((1, 1), (3, 1)), ((2, 1), (5, 1)), ((6, 1), (7, 1))):
        north.owners.create(user=UserFactory(), since=date(2026, *since), until=date(2026, *until))
    assert gaps(north, today=today) == [(date(2026, 5, 1), date(2026, 5, 31)), (date(2026, 7, 1), None)]
    north.owners.create(user=UserFactory(), since=date(2026, 4, 1))
    assert gaps(north, today=today) == []
