import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm.accounts.models import Account
from crm.opportunities.models import Opportunity, Status
from leads.models import Conversion, Lead, Reason, ReasonPurpose, Stage
from leads.services.lifecycle import disqualify_lead
from tests.factories import NOW, UserFactory
from tests.importing.conftest import table_counts

pytestmark = pytest.mark.django_db

Import = Callable[..., dict[str, Any]]
HEADER = "id,outcome,closed,company,amount,why"
FULL = {"account": "company", "amount": "amount", "currency": {"constant": "brl"}, "lost_reason": "why"}


@pytest.fixture
def leads(leads_of: Import, defaults: Any) -> None:
    leads_of(
        "id,email,budget", "1,a@b.example,to_25k", "2,b@b.example,", "3,c@b.example,",
        answers={"budget": "budget"}, inquired_at={"constant": "2025-06-01"}, time_zone="UTC",
    )  # fmt: skip


def lead(external_id: str) -> Lead:
    return Lead.objects.get(inquiries__external_id=external_id)


def test_won_and_lost_deals_are_dated_as_they_happened(leads: None, deals_of: Import) -> None:
    summary = deals_of(
        HEADER, "1,won,2025-07-01 09:00+00:00,Acme,1200.50,", "2,lost,2025-08-01 09:00+00:00,Beta,0,Too dear", **FULL
    )
    won, lost = Opportunity.objects.order_by("closed_at")
    assert summary == {
        "read": 2, "created": 2, "matched": 0, "known": 0, "skipped": 0, "refused": 0, "won": 1, "lost": 1,
        "refused_file": None,
    }  # fmt: skip
    assert (won.status, won.amount, won.currency, won.account.name) == ("won", Decimal("1200.50"), "BRL", "Acme")
    assert (won.closed_at, won.close_date) == (datetime(2025, 7, 1, 9, tzinfo=UTC), date(2025, 7, 1))
    assert (lost.status, lost.amount, lost.close_reason) == ("lost", Decimal("0.00"), "Too dear")
    conversion = Conversion.objects.get(lead=lead("old:1"))
    assert (conversion.by, conversion.override_reason, conversion.policy_met) == (None, "Imported history", False)
    assert (conversion.matched_account, conversion.converted_at) == (False, won.closed_at)


def test_amount_that_the_file_does_not_give_is_not_invented(leads: None, deals_of: Import) -> None:
    deals_of("id,outcome,closed,amount", "1,won,2025-07-01,", amount="amount")
    assert Opportunity.objects.get().amount is None


def test_deal_won_before_the_first_contact_keeps_both_dates(leads: None, deals_of: Import) -> None:
    deals_of("id,outcome,closed", "1,won,2025-05-30 12:00+00:00")
    assert Opportunity.objects.get().closed_at == datetime(2025, 5, 30, 12, tzinfo=UTC)
    assert lead("old:1").first_inquiry_at == datetime(2025, 6, 1, tzinfo=UTC)


def test_second_run_adds_nothing(leads: None, deals_of: Import) -> None:
    lines = (HEADER, "1,won,2025-07-01,Acme,1,", "2,lost,2025-08-01,Beta,2,x")
    deals_of(*lines, **FULL)
    before = table_counts()
    summary = deals_of(*lines, **FULL)
    assert (summary["known"], summary["created"], summary["won"]) == (2, 0, 0)
    assert table_counts() == before


def test_open_deal_is_closed_when_a_later_file_says_so(leads: None, deals_of: Import) -> None:
    deals_of("id,outcome,closed", "1,open,2025-07-01")
    assert Opportunity.objects.get().status == Status.OPEN
    summary = deals_of("id,outcome,closed,amount", "1,won,2025-09-01 10:00+00:00,99", amount="amount")
    opportunity = Opportunity.objects.get()
    assert (summary["matched"], summary["won"]) == (1, 1)
    assert (opportunity.amount, opportunity.closed_at) == (Decimal(99), datetime(2025, 9, 1, 10, tzinfo=UTC))


def test_deals_of_one_company_are_of_one_account(leads: None, deals_of: Import) -> None:
    deals_of("id,outcome,closed,company", "1,won,2025-07-01,Acme", "2,won,2025-07-02,Acme", account="company")
    assert Account.objects.get().opportunities.count() == 2


def test_disqualified_lead_that_bought_is_converted(leads: None, deals_of: Import) -> None:
    reason = Reason.objects.filter(purpose=ReasonPurpose.DISQUALIFY).first()
    disqualify_lead(lead=lead("old:1"), reason=reason, by=None, now=NOW)
    deals_of("id,outcome,closed", "1,won,2025-07-01")
    assert lead("old:1").stage == Stage.CONVERTED
    assert lead("old:1").path == "unqualified"


def test_owner_of_the_deal_becomes_owner_of_lead_and_opportunity(leads: None, deals_of: Import) -> None:
    rep = UserFactory(email="ann@ripen.example")
    deals_of("id,outcome,closed,rep", "1,won,2025-07-01,ann", owner="{rep}@ripen.example")
    assert (lead("old:1").owner, Opportunity.objects.get().owner) == (rep, rep)


def test_wrong_deals_are_refused_and_the_others_go_on(
    leads: None, deals_of: Import, refusals: Callable[[], list[str]]
) -> None:
    summary = deals_of(
        "id,outcome,closed,amount",
        "9,won,2025-07-01,1",
        "1,sold,2025-07-01,1",
        "2,won,,1",
        "3,won,2025-13-01,a lot",
        "1,won,2025-07-01,1",
        amount="amount",
    )
    assert (summary["read"], summary["created"], summary["refused"]) == (5, 0, 5)
    assert [next(csv.reader([line]))[:2] for line in refusals()] == [
        ["2", "There is no lead with the external id old:9. Import the leads first."],
        ["3", "deal.outcome: “sold” is not won, lost or open. Map it with “values”."],
        ["4", "deal.closed_at: blank, but the deal is won."],
        [
            "5",
            "deal.closed_at: “2025-13-01” is not a date (ISO 8601, as 2026-05-01 or 2026-05-01 14:30).; "
            "deal.amount: “a lot” is not an amount. Example: 1234.50.",
        ],
        ["6", "The key is the same as in line 3."],
    ]


def test_row_without_an_outcome_is_skipped(leads: None, deals_of: Import) -> None:
    summary = deals_of("id,outcome,closed", "1,,")
    assert (summary["skipped"], Conversion.objects.count()) == (1, 0)


def test_lead_with_two_deals_in_one_file_is_converted_once(leads: None, leads_of: Import, deals_of: Import) -> None:
    leads_of("id,email", "1b,a@b.example")
    summary = deals_of("id,outcome,closed", "1,won,2025-07-01", "1b,won,2025-07-02")
    assert (summary["created"], summary["known"], summary["refused"]) == (1, 1, 0)
    assert Conversion.objects.count() == 1
