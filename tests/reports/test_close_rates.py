from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.opportunities.models import Status
from crm.opportunities.services import move_opportunity, open_opportunity, win_opportunity
from crm.people.models import Company
from reports.declarations.close_rates import CloseRateFilters
from reports.queries.close_rates import close_rates, overall
from tests.factories import NOW, CampaignFactory, SourceFactory, TeamFactory, UserFactory
from tests.reports.records import convert, make_lead, make_leads, make_opportunity

pytestmark = pytest.mark.django_db


def counts(by="path", user=None, **filters):
    rows = close_rates(by=by, user=user, filters=CloseRateFilters(filters))
    return {row.group.key: (row.figures.leads, row.figures.won) for row in rows}


def test_close_rates_by_path_count_leads_and_won_leads():
    make_leads(5, "self_qualified", won=3)
    make_leads(4, "nurtured", won=1)
    make_leads(2, "researched", won=0)
    make_leads(3, "unqualified", won=1)
    make_leads(6)
    rows = close_rates(by="path", filters=CloseRateFilters({}))
    assert [(row.group.key, row.group.label, row.figures.leads, row.figures.won) for row in rows] == [
        ("", "Not yet with sales", 6, 0),
        ("self_qualified", "Self-qualified", 5, 3),
        ("nurtured", "Nurtured", 4, 1),
        ("unqualified", "Unqualified", 3, 1),
        ("researched", "Researched", 2, 0),
    ]
    total = overall(rows)
    assert (total.leads, total.won, total.rate) == (20, 5, 0.25)


def test_close_rates_tell_no_source_from_a_source_called_unknown():
    unknown = SourceFactory(key="unknown")
    make_leads(3, "nurtured", won=1, source=unknown)
    make_leads(2, "nurtured", won=2)
    assert counts("source") == {"unknown": (3, 1), "": (2, 2)}


def test_close_rates_tell_sources_apart_that_differ_in_case():
    make_leads(2, source=SourceFactory(key="Google"))
    make_leads(1, source=SourceFactory(key="google"))
    assert counts("source") == {"Google": (2, 0), "google": (1, 0)}


def test_close_rates_by_campaign():
    make_leads(3, "nurtured", won=1, campaign=CampaignFactory(key="spring"))
    make_lead()
    assert counts("campaign") == {"spring": (3, 1), "": (1, 0)}


def test_close_rates_by_month_take_the_first_inquiry_in_the_company_zone():
    Company(time_zone="America/New_York").save()
    make_lead(inquired=datetime(2026, 3, 1, 4, 59, tzinfo=UTC))  # still February in New York
    make_lead(inquired=datetime(2026, 3, 1, 5, 0, tzinfo=UTC))
    make_lead(inquired=None)
    assert counts("month") == {"2026-02": (1, 0), "2026-03": (1, 0), "": (1, 0)}


def test_close_rates_are_sorted_by_leads_then_key():
    make_leads(2, source=SourceFactory(key="b"))
    make_leads(2, source=SourceFactory(key="a"))
    make_leads(3, source=SourceFactory(key="c"))
    assert list(counts("source")) == ["c", "a", "b"]


def test_close_rates_of_nothing_are_no_rows_and_an_unknown_total():
    rows = close_rates(by="path", filters=CloseRateFilters({}))
    total = overall(rows)
    assert (rows, total.leads, total.rate) == ([], 0, None)


@pytest.mark.parametrize("outcome", [Status.OPEN, Status.LOST])
def test_lead_is_not_won_while_its_opportunity_is_open_or_lost(outcome):
    make_lead("nurtured", outcome=outcome)
    assert counts() == {"nurtured": (1, 0)}


def test_lead_converted_without_an_opportunity_is_not_won():
    convert(make_lead("nurtured", stage="converted"), None)
    assert counts() == {"nurtured": (1, 0)}


def test_lead_counts_once_though_its_account_won_two_opportunities():
    lead = make_lead("nurtured", outcome=Status.WON)
    make_opportunity(Status.WON, account=lead.conversion.account)
    assert counts() == {"nurtured": (1, 1)}


def test_lead_is_not_won_by_another_opportunity_of_its_account():
    lead = make_lead("nurtured", outcome=Status.LOST)
    make_opportunity(Status.WON, account=lead.conversion.account)
    assert counts() == {"nurtured": (1, 0)}


def test_two_leads_of_one_won_opportunity_are_two_won_leads():
    opportunity = make_opportunity(Status.WON)
    for path in ("self_qualified", "nurtured"):
        convert(make_lead(path, stage="converted"), opportunity)
    assert counts() == {"self_qualified": (1, 1), "nurtured": (1, 1)}


def test_opportunity_reopened_and_won_after_it_was_lost_counts_as_won():
    lead = make_lead("nurtured", outcome=Status.OPEN)
    won_stage, lost_stage = make_opportunity(Status.WON).stage, make_opportunity(Status.LOST).stage
    opportunity = lead.conversion.opportunity
    first_stage = opportunity.stage
    seen = []
    for stage in (won_stage, lost_stage, first_stage, won_stage):
        move_opportunity(opportunity=opportunity, stage=stage, by=None, now=NOW, reason="As it went")
        seen.append(counts()["nurtured"])
    assert seen == [(1, 1), (1, 0), (1, 0), (1, 1)]


def test_opportunity_opened_beside_the_conversion_changes_nothing():
    lead = make_lead("nurtured", outcome=Status.OPEN)
    conversion = lead.conversion
    second = open_opportunity(
        name="Second", account=conversion.account, contact=conversion.contact, by=None, now=NOW, owner=None,
        close_date=NOW.date(), path="nurtured",
    )  # fmt: skip
    make_opportunity(Status.WON)  # the pipeline's won stage
    win_opportunity(opportunity=second, by=None, now=NOW)
    assert counts() == {"nurtured": (1, 0)}


def test_merged_lead_is_not_counted():
    survivor = make_lead("nurtured", outcome=Status.WON)
    make_lead("nurtured", merged_into=survivor)
    assert counts() == {"nurtured": (1, 1)}


def test_rep_sees_figures_of_own_and_open_leads_only():
    team, other_team = TeamFactory(), TeamFactory()
    rep, colleague = UserFactory(team=team), UserFactory(team=team)
    make_leads(2, "nurtured", won=1, owner=rep)
    make_leads(3, "nurtured", won=3, owner=colleague)
    make_lead("researched", owner=None, team=team)
    make_lead("researched", owner=None, team=other_team)
    everything = {"nurtured": (5, 4), "researched": (2, 0)}
    assert counts(user=rep) == {"nurtured": (2, 1), "researched": (1, 0)}
    assert counts(user=UserFactory(sales_manager=True)) == everything
    assert counts(user=UserFactory(marketing_manager=True)) == everything
    assert counts() == everything


def test_filters_narrow_what_is_counted():
    source, campaign, owner = SourceFactory(), CampaignFactory(), UserFactory()
    make_lead("nurtured", source=source, campaign=campaign, owner=owner, inquired=datetime(2026, 1, 5, tzinfo=UTC))
    make_lead(inquired=datetime(2026, 1, 6, 23, 59, tzinfo=UTC))
    one, other = {"nurtured": (1, 0)}, {"": (1, 0)}
    assert counts(source=str(source.pk)) == counts(campaign=str(campaign.pk)) == counts(owner=str(owner.pk)) == one
    assert counts(source="none") == counts(campaign="none") == counts(owner="none") == counts(path="none") == other
    assert counts(path="nurtured") == counts(until="2026-01-05") == one
    assert counts(since="2026-01-06", until="2026-01-06") == other
    assert counts(since="2026-01-05", until="2026-01-06") == one | other
    assert counts(since="2026-01-07") == {}


def test_close_rates_are_one_aggregate_query():
    make_leads(20, "nurtured", won=10, source=SourceFactory())
    filters = CloseRateFilters({})
    assert filters.is_valid()
    assert filters.zone.key == "UTC"
    assert filters.options["rep"] == []
    for by in ("path", "source", "campaign", "month"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            close_rates(by=by, user=UserFactory.build(sales_manager=True), filters=filters)
        assert (len(queries), "GROUP BY" in queries[0]["sql"]) == (1, True)
