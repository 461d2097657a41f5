"""What deals in other currencies are worth in the company's (USD)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.opportunities.models import Opportunity
from crm.opportunities.services import change_opportunity, win_opportunity
from crm.opportunities.valuing import set_exchange_rate, worth
from tests.factories import NOW

MARCH = date(2026, 3, 1)


def state(deal):
    deal.refresh_from_db()
    return deal.company_amount, deal.company_currency, deal.rate, deal.rate_on


def test_rate_and_its_day_are_stored_with_the_amount(open_deal, rep):
    set_exchange_rate(currency="EUR", on=MARCH, rate=Decimal("1.1"))
    deal = open_deal(rep, amount=Decimal("10.05"), currency="EUR")
    assert state(deal) == (Decimal("11.06"), "USD", Decimal("1.1"), MARCH)


@pytest.mark.parametrize("deal", [{"amount": None, "currency": "EUR"}, {"amount": Decimal(5), "currency": "USD"}])
def test_nothing_is_stored_where_nothing_is_converted(open_deal, rep, deal):
    set_exchange_rate(currency="EUR", on=MARCH, rate=Decimal("1.1"))
    assert state(open_deal(rep, **deal)) == (None, "", None, None)


def test_a_new_rate_counts_for_open_deals_and_not_for_closed_ones(open_deal, rep):
    set_exchange_rate(currency="EUR", on=MARCH, rate=Decimal(2))
    closed, still_open = (open_deal(rep, amount=Decimal(100), currency="EUR") for _ in range(2))
    win_opportunity(opportunity=closed, by=rep, now=NOW)
    set_exchange_rate(currency="EUR", on=NOW.date(), rate=Decimal(3))
    assert state(closed)[0] == 200
    assert state(still_open)[0] == 300


def test_a_rate_entered_late_counts_for_what_closed_since(open_deal, rep):
    before, after = (open_deal(rep, amount=Decimal(100), currency="EUR") for _ in range(2))
    win_opportunity(opportunity=before, by=rep, now=NOW.replace(month=2))
    win_opportunity(opportunity=after, by=rep, now=NOW)
    set_exchange_rate(currency="EUR", on=MARCH, rate=Decimal(2))
    assert (state(before)[0], state(after)[0]) == (None, 200)


def test_closing_takes_the_rate_of_that_day(open_deal, rep):
    for on, rate in ((MARCH, 2), (date(2026, 5, 1), 4)):
        set_exchange_rate(currency="EUR", on=on, rate=Decimal(rate))
    deal = open_deal(rep, amount=Decimal(100), currency="EUR")
    assert state(deal)[0] == 400
    win_opportunity(opportunity=deal, by=rep, now=NOW)
    assert state(deal)[0] == 200


def test_a_changed_amount_is_valued_again(open_deal, rep):
    set_exchange_rate(currency="EUR", on=MARCH, rate=Decimal(2))
    deal = open_deal(rep, amount=Decimal(100), currency="EUR")
    assert state(change_opportunity(deal, amount=Decimal(7)))[0] == 14
    assert state(change_opportunity(deal, currency="USD"))[0] is None


@pytest.mark.parametrize("half", [{"rate": 1}, {"company_amount": 1}, {"company_currency": "USD", "company_amount": 1}])
def test_database_refuses_an_amount_without_its_rate(open_deal, rep, half):
    deal = open_deal(rep, amount=Decimal(100), currency="EUR")
    with pytest.raises(IntegrityError), transaction.atomic():
        Opportunity.objects.filter(pk=deal.pk).update(**half)


MONEY = st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=MONEY, rate=st.decimals(min_value=Decimal("0.0001"), max_value=1000, places=4))
def test_worth_is_a_half_cent_from_exact_at_most(amount, rate):
    set_exchange_rate(currency="EUR", on=MARCH, rate=rate)
    found = worth(amount, "EUR")["company_amount"]
    assert abs(found - amount * rate) <= Decimal("0.005")
    assert found == found.quantize(Decimal("0.01"))
