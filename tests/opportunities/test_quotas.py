from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from crm.opportunities.quotas import attainment, together
from crm.opportunities.services import win_opportunity
from crm.opportunities.valuing import set_exchange_rate
from crm.people.models import Quota
from crm.people.periods import Period
from tests.factories import NOW, UserFactory

Q1 = Period("quarter", date(2026, 1, 1))


def quota(user, *, period=Q1, amount=1000, currency="USD"):
    return Quota.objects.create(
        user=user, starts_on=period.starts_on, ends_on=period.ends_on, amount=amount, currency=currency
    )


@pytest.fixture
def won(open_deal):
    def make(owner, amount, *, currency="USD", at=NOW):
        deal = open_deal(owner, amount=None if amount is None else Decimal(amount), currency=currency)
        return win_opportunity(opportunity=deal, by=owner, now=at)

    return make


def test_attainment_counts_what_the_rep_won_in_the_period(rep, won, open_deal):
    ours = quota(rep)
    won(rep, 400)
    won(rep, 700, at=NOW.replace(month=1, day=1))
    won(rep, 5000, at=NOW.replace(month=4, day=1))
    won(UserFactory(), 9000)
    open_deal(rep, amount=Decimal(8000))
    (found,) = attainment(Quota.objects.all())
    assert (found.quota, found.won, found.deals, found.left_out) == (ours, Decimal(1100), 2, 0)
    assert (found.percent, found.made, found.missing) == (110, True, 0)


def test_attainment_without_a_deal_is_nothing(rep):
    quota(rep)
    (found,) = attainment(Quota.objects.all())
    assert (found.won, found.deals, found.percent, found.made, found.missing) == (0, 0, 0, False, 1000)


def test_almost_made_is_not_made(rep, won):
    quota(rep)
    won(rep, "999.99")
    (found,) = attainment(Quota.objects.all())
    assert (found.percent, found.made) == (99, False)


def test_another_currency_counts_at_its_rate_or_is_named_as_left_out(rep, won):
    quota(rep)
    set_exchange_rate(currency="EUR", on=date(2026, 3, 1), rate=Decimal("1.25"))
    won(rep, 100, currency="EUR")
    won(rep, 100, currency="GBP")
    won(rep, None, currency="GBP")
    (found,) = attainment(Quota.objects.all())
    assert (found.won, found.deals, found.left_out) == (Decimal("125.00"), 1, 1)


@pytest.mark.parametrize("reps", [1, 10])
def test_attainment_is_one_query(won, reps, django_assert_num_queries):
    for rep in UserFactory.create_batch(reps):
        quota(rep)
    with django_assert_num_queries(1):
        assert len(attainment(Quota.objects.all())) == reps


def test_quotas_of_a_team_add_up_by_currency(won):
    first, second, third = UserFactory.create_batch(3)
    quota(first)
    quota(second, amount=3000)
    quota(third, currency="EUR", amount=10)
    won(first, 1000)
    usd = next(one for one in together(attainment(Quota.objects.all())) if one.currency == "USD")
    assert (usd.quota, usd.won, usd.reps, usd.made, usd.percent) == (4000, 1000, 2, 1, 25)


OVERLAPS = [Period("month", date(2026, 3, 1)), Period("month", date(2026, 1, 1)), Q1]


@pytest.mark.parametrize("period", OVERLAPS, ids=str)
def test_database_refuses_overlapping_quotas_of_a_rep(rep, period):
    quota(rep)
    with pytest.raises(IntegrityError), transaction.atomic():
        quota(rep, period=period)
    quota(UserFactory(), period=period)


def test_database_refuses_a_quota_that_is_moved_onto_another(rep):
    quota(rep)
    later = quota(rep, period=Q1.next)
    with pytest.raises(IntegrityError), transaction.atomic():
        Quota.objects.filter(pk=later.pk).update(starts_on=date(2026, 3, 31))
    Quota.objects.filter(pk=later.pk).update(amount=F("amount") + 1, starts_on=F("starts_on"))


def test_an_overlap_is_named(rep):
    quota(rep)
    march = Quota(user=rep, starts_on=date(2026, 3, 1), ends_on=date(2026, 4, 1), amount=1, currency="USD")
    with pytest.raises(ValidationError, match="has a quota for Q1 2026 already"):
        march.full_clean()


@pytest.mark.parametrize(
    ("key", "label", "starts_on", "ends_on"),
    [
        ("2026-Q4", "Q4 2026", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-12", "December 2026", date(2026, 12, 1), date(2027, 1, 1)),
        ("2027-02", "February 2027", date(2027, 2, 1), date(2027, 3, 1)),
    ],
)
def test_period_has_a_key_and_a_label(key, label, starts_on, ends_on):
    period = Period.parse(key)
    assert (str(period), period.starts_on, period.ends_on, period.key) == (label, starts_on, ends_on, key)
    assert period == Period.around(starts_on, period.kind) == Period.between(starts_on, ends_on)
    assert period.next.previous == period


@pytest.mark.parametrize("wrong", ["", "2026", "2026-13", "2026-Q5", "x", "1999-01", "2026-Q1\n", "٢٠٢٦-01"])
def test_what_is_no_period_is_none(wrong):
    assert Period.parse(wrong) is None
