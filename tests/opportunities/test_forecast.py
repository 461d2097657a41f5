from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from crm.opportunities.models import PipelineStage, Status
from crm.opportunities.services import change_opportunity, lose_opportunity, move_opportunity, win_opportunity
from crm.people.models import Quota
from tests.factories import NOW, TeamFactory, UserFactory

FORECAST = reverse("opportunities:forecast")
Q1_END = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def deals(rep, open_deal):
    """One of each kind for the rep in the first quarter, and one outside of it."""

    def make(owner):
        close = NOW.date() + timedelta(days=5)
        made = [open_deal(owner, amount=Decimal(n), close_date=close) for n in (100, 200, 400, 800, 1600)]
        for deal, name in zip(made, ("New", "Proposal", "Negotiation"), strict=False):
            move_opportunity(opportunity=deal, stage=PipelineStage.objects.get(name=name), by=owner, now=NOW)
        win_opportunity(opportunity=made[3], by=owner, now=NOW)
        lose_opportunity(opportunity=made[4], reason="Price", by=owner, now=NOW)
        open_deal(owner, amount=Decimal(5000), close_date=Q1_END)

    return make


def line_of(response, user):
    lines = [line for group in response.context["forecast"].groups for line in group.reps]
    return next(line for line in lines if line.owner == user)


def test_forecast_by_category_against_quota(as_rep, rep, deals):
    Quota.objects.create(user=rep, starts_on=date(2026, 1, 1), ends_on=Q1_END, amount=2000, currency="USD")
    deals(rep)
    line = line_of(as_rep.get(FORECAST), rep)
    assert line.by == {"closed": 800, "pipeline": 100, "best_case": 200, "commit": 400}
    assert (line.likely, line.expected) == (1200, 800 + 10 + 100 + 300)
    assert (line.quota, line.percent, line.gap) == (2000, 40, 800)


def test_the_reps_word_counts_before_the_stages(as_rep, rep, open_deal):
    deal = open_deal(rep, amount=Decimal(100), close_date=NOW.date())
    change_opportunity(deal, forecast_category="commit")
    left_out = open_deal(rep, amount=Decimal(100), close_date=NOW.date())
    change_opportunity(left_out, forecast_category="omitted")
    line = line_of(as_rep.get(FORECAST), rep)
    assert (line.by["commit"], line.weighted) == (100, 10)
    listed = as_rep.get(reverse("opportunities:list"), {"forecast": "commit"})
    assert {row.record for row in listed.context["table"].rows} == {deal}


def test_a_rep_sees_the_own_line_and_a_manager_the_teams(client, deals, open_deal):
    north = TeamFactory(name="North")
    first, second = UserFactory(team=north), UserFactory()
    deals(first)
    deals(second)
    open_deal(None, amount=Decimal(7), close_date=NOW.date())
    client.force_login(first)
    assert [line.owner for group in client.get(FORECAST).context["forecast"].groups for line in group.reps] == [
        first,
        None,
    ]
    client.force_login(UserFactory(sales_manager=True))
    found = client.get(FORECAST).context["forecast"]
    assert [(group.total.label, len(group.reps)) for group in found.groups] == [("North", 1), ("No team", 2)]
    assert found.total.closed == 1600


def test_currencies_are_never_added_silently(as_rep, rep, open_deal):
    open_deal(rep, amount=Decimal(50), close_date=NOW.date())
    open_deal(rep, amount=Decimal(50), currency="EUR", close_date=NOW.date())
    response = as_rep.get(FORECAST)
    assert line_of(response, rep).by == {"pipeline": 50}
    assert "1 opportunity is not in these sums" in " ".join(response.content.decode().split())


def test_quotas_of_others_are_not_shown(as_rep, rep, open_deal):
    other = UserFactory(first_name="Olga")
    Quota.objects.create(user=other, starts_on=date(2026, 1, 1), ends_on=Q1_END, amount=2000, currency="USD")
    assert "Olga" not in as_rep.get(FORECAST).content.decode()


@pytest.mark.parametrize(
    ("period", "shown"),
    [("2026-Q2", "Q2 2026"), ("2026-04", "April 2026"), ("", "Q1 2026"), ("x'", "Q1 2026"), ("9999-Q9", "Q1 2026")],
)
def test_period_is_taken_from_the_address(as_rep, period, shown):
    assert str(as_rep.get(FORECAST, {"period": period}).context["period"]) == shown


@pytest.mark.parametrize("count", [1, 10])
def test_forecast_query_count(client, deals, count, django_assert_max_num_queries):
    for rep in UserFactory.create_batch(count):
        deals(rep)
    client.force_login(UserFactory(sales_manager=True))
    with django_assert_max_num_queries(7):
        client.get(FORECAST)


def test_figures_link_to_the_list_behind_them(as_rep, rep, deals):
    deals(rep)
    html = as_rep.get(FORECAST).content.decode().replace("&amp;", "&")
    address = "/opportunities/?owner=me&view=won&closes_from=2026-01-01&closes_until=2026-03-31"
    assert address in html
    assert [row.record.status for row in as_rep.get(address).context["table"].rows] == [Status.WON]
