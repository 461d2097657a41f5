from datetime import UTC, date, datetime

import pytest

from crm.people.models import Company
from reports.declarations.mix import MixFilters
from reports.queries.mix import Counts, mix, overall
from tests.factories import SourceFactory, UserFactory
from tests.reports.records import make_lead, make_leads

pytestmark = pytest.mark.django_db

FIRST_WEEK = datetime(2026, 1, 7, 12, tzinfo=UTC)
SECOND_WEEK = datetime(2026, 1, 12, 12, tzinfo=UTC)


def rows(by="week", user=None, **filters):
    found = mix(by=by, user=user, filters=MixFilters(filters))
    return {row.group.key: row.figures for row in found}


def test_mix_counts_paths_by_week_of_the_first_inquiry():
    for path, count in {"self_qualified": 2, "nurtured": 1, "researched": 1, "unqualified": 3, "": 5}.items():
        make_leads(count, path, inquired=FIRST_WEEK)
    make_leads(4, inquired=SECOND_WEEK)
    assert rows() == {
        "2026-01-05": Counts(self_qualified=2, nurtured=1, researched=1, unqualified=3, waiting=5),
        "2026-01-12": Counts(waiting=4),
    }


def test_weeks_begin_on_monday_in_the_company_zone():
    Company(time_zone="Australia/Lord_Howe").save()
    make_lead(inquired=datetime(2026, 1, 11, 12, 59, tzinfo=UTC))  # Sunday, a minute to midnight there
    make_lead(inquired=datetime(2026, 1, 11, 13, 0, tzinfo=UTC))
    assert list(rows()) == ["2026-01-05", "2026-01-12"]


def test_week_is_known_by_its_monday_across_the_turn_of_the_year():
    make_lead(inquired=datetime(2026, 1, 1, 12, tzinfo=UTC))
    [row] = mix(by="week", filters=MixFilters({}))
    assert (row.group.key, row.group.day) == ("2025-12-29", date(2025, 12, 29))


def test_leads_without_an_inquiry_have_a_row_of_their_own():
    make_lead("researched", inquired=None)
    assert rows() == {"": Counts(researched=1)}


def test_unqualified_per_qualified_counts_leads_that_never_qualified_for_each_that_did():
    counts = Counts(self_qualified=2, nurtured=1, researched=1, unqualified=3, waiting=35)
    assert (counts.leads, counts.qualified, counts.unqualified_per_qualified) == (42, 4, 9.5)


def test_unqualified_per_qualified_is_unknown_while_none_qualified():
    assert Counts(unqualified=2, waiting=5).unqualified_per_qualified is None


def test_mix_by_source_sums_to_the_total():
    make_leads(2, "nurtured", source=SourceFactory(key="web"))
    make_leads(3)
    found = mix(by="source", filters=MixFilters({}))
    assert {row.group.key: row.figures for row in found} == {"web": Counts(nurtured=2), "": Counts(waiting=3)}
    assert overall(found) == Counts(nurtured=2, waiting=3)


def test_merged_lead_is_not_in_the_mix():
    make_lead("nurtured", inquired=FIRST_WEEK, merged_into=make_lead("nurtured", inquired=FIRST_WEEK))
    assert rows() == {"2026-01-05": Counts(nurtured=1)}


def test_rep_sees_the_mix_of_own_and_open_leads_only():
    rep = UserFactory()
    make_lead("nurtured", owner=rep, inquired=FIRST_WEEK)
    make_lead("nurtured", owner=UserFactory(), inquired=FIRST_WEEK)
    make_lead(inquired=FIRST_WEEK)
    assert rows(user=rep) == {"2026-01-05": Counts(nurtured=1, waiting=1)}


def test_mix_is_one_aggregate_query(django_assert_num_queries):
    make_leads(3, "nurtured")
    filters = MixFilters({})
    assert filters.zone.key == "UTC"
    assert filters.options["source"] == []
    for by in ("week", "month", "source", "campaign", "path"):
        with django_assert_num_queries(1):
            mix(by=by, filters=filters)
