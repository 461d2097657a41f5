import re

import pytest
from django.db import connection

from leads.models import Lead
from leads.suggestions import PER_KEY, _candidates, suggest_duplicates
from tests.bench.growing import multiply, run
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
ADA = {"first_name": "Ada", "last_name": "Lovelace", "company": "Engines Ltd", "email": "ada@engines.example"}
READS_ALL = re.compile(r"Seq Scan on leads_lead |SCAN leads_lead|merged_into_id=\?")


@pytest.fixture
def ada():
    LeadFactory.create_batch(5)
    return LeadFactory(**ADA)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"last_name": "Lovelac"}, "family name 97 % alike: Lovelace / Lovelac"),
        ({"first_name": "Lovelace", "last_name": "Ada"}, "family name and given name swapped"),
        ({"first_name": "A.", "company": "ENGINES"}, "same company: Engines Ltd / ENGINES"),
        ({"company": ""}, "same family name"),
    ],
)
def test_suggestion_says_why(ada, other, reason):
    twin = LeadFactory(**(ADA | {"email": "ada@home.example"} | other))
    (suggestion,) = suggest_duplicates(ada)
    assert suggestion.lead == twin
    assert reason in suggestion.reasons
    assert 20 <= suggestion.percent <= 100


def test_same_phone_with_another_address_is_suggested(ada):
    Lead.objects.filter(pk=ada.pk).update(phone="+44201234567", first_name="", last_name="", company="")
    ada.refresh_from_db()
    LeadFactory(phone="+44201234567", first_name="", last_name="", company="")
    assert [suggestion.reasons for suggestion in suggest_duplicates(ada)] == [("same phone",)]


def test_colleague_is_not_suggested(ada):
    LeadFactory(first_name="Charles", last_name="Babbage", company="Engines Ltd", email="charles@engines.example")
    assert suggest_duplicates(ada) == []


def test_tombstone_is_not_suggested(ada, merge):
    twin, survivor = LeadFactory(**(ADA | {"email": "two@home.example"})), LeadFactory()
    assert len(suggest_duplicates(ada)) == 1
    merge(survivor, twin)
    assert suggest_duplicates(ada) == []


def test_rep_gets_no_suggestion_of_what_they_may_not_see(ada, rep):
    twin = LeadFactory(**(ADA | {"email": "two@home.example", "owner": UserFactory()}))
    assert suggest_duplicates(ada, user=rep) == []
    assert [found.lead for found in suggest_duplicates(ada, user=UserFactory(sales_manager=True))] == [twin]


def test_suggestions_are_few_and_the_best_first(ada):
    for number in range(4):
        LeadFactory(**(ADA | {"email": f"{number}@home.example"}))
    LeadFactory(**(ADA | {"email": "x@home.example", "company": ""}))
    found = suggest_duplicates(ada, limit=3)
    assert len(found) == 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert {one.lead.company for one in found} == {"Engines Ltd"}


def test_lead_without_anything_to_go_by_has_no_suggestions():
    LeadFactory(first_name="", last_name="", company="", email="x@x.example")
    assert suggest_duplicates(LeadFactory(first_name="", last_name="", company="", email="y@x.example")) == []


@pytest.mark.parametrize("count", [1, 30])
def test_suggestions_take_one_query(ada, count, django_assert_num_queries):
    for number in range(count):
        LeadFactory(**(ADA | {"email": f"{number}@home.example"}))
    with django_assert_num_queries(1):
        assert len(suggest_duplicates(ada, limit=100)) == count


def test_block_is_bounded_by_the_newest(ada):
    LeadFactory.create_batch(PER_KEY + 20, last_name="", first_name="", company="Engines Ltd")
    newest = LeadFactory(**(ADA | {"email": "new@home.example", "first_name": "Adda", "last_name": "Lovelaze"}))
    assert [one.lead for one in suggest_duplicates(ada, limit=1)] == [newest]


def test_candidates_are_found_by_indexes():
    """No step of the plan reads all leads, or all that live."""
    _fifty_thousand_leads()
    lead = LeadFactory(**ADA, phone="+44201234567")
    plan = _candidates(lead, None).explain()
    assert [line for line in plan.splitlines() if "leads_lead" in line and READS_ALL.search(line)] == []


def _fifty_thousand_leads():
    """PostgreSQL's planner goes by how many there are and how the values are spread, SQLite's by the indexes alone."""
    if connection.vendor == "postgresql":
        codes = {"given_code": "'f' || n", "family_code": "'l' || n", "company_key": "'company ' || n"}
        multiply(
            LeadFactory.build(), 1_000_001, 1_050_000, email_key="n || '@x.example'", phone="'+4420' || n", **codes
        )
        run("ANALYZE leads_lead")
