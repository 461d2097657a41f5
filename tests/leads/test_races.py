"""Races with real threads and real commits, on whichever database the suite runs on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from crm.accounts.models import Account
from crm.opportunities.models import Opportunity
from leads.models import Assignment, Conversion, Inquiry, Lead, Provenance
from leads.services.conversion import AlreadyConverted, ConversionChoice, convert_lead
from leads.services.intake import take_inquiry
from leads.services.lifecycle import StageChanged, accept_lead
from leads.services.qualification import give_answers
from leads.services.setup import install_defaults
from tests.factories import NOW, LeadFactory, RoutingRuleFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 50


def at_once(action, count=THREADS):
    """``action(n)`` in ``count`` threads that start together: results and exceptions in order of n."""
    barrier = Barrier(count)

    def run(n):
        try:
            barrier.wait(timeout=30)
            return action(n)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def accepted():
    install_defaults(now=NOW)
    lead = LeadFactory()
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    lead.refresh_from_db()
    return accept_lead(lead=lead, by=UserFactory(), now=NOW)


def test_fifty_convert_one_lead_and_one_succeeds(accepted):
    results = at_once(lambda n: convert_lead(lead=accepted, by=accepted.owner, now=NOW, choice=ConversionChoice()))
    won = [result for result in results if isinstance(result, Conversion)]
    assert len(won) == 1
    assert [type(r) for r in results if r is not won[0]] == [AlreadyConverted] * (THREADS - 1)
    assert (Conversion.objects.count(), Account.objects.count(), Opportunity.objects.count()) == (1, 1, 1)


def test_colleagues_of_one_company_are_converted_at_once():
    install_defaults(now=NOW)
    leads = LeadFactory.create_batch(8)
    for n, lead in enumerate(leads):
        Lead.objects.filter(pk=lead.pk).update(email=f"p{n}@acme.example", email_key=f"p{n}@acme.example")
        give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    reps = UserFactory.create_batch(8)
    accepted = [accept_lead(lead=Lead.objects.get(pk=lead.pk), by=reps[n], now=NOW) for n, lead in enumerate(leads)]
    results = at_once(lambda n: convert_lead(lead=accepted[n], by=reps[n], now=NOW, choice=ConversionChoice()), count=8)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert Account.objects.filter(domain="acme.example").count() == 1


def test_fifty_posts_of_one_address_make_one_lead_and_fifty_inquiries(submission):
    install_defaults(now=NOW)
    results = at_once(lambda n: take_inquiry(submission=submission(payload={"n": n}), now=NOW))
    assert [r for r in results if isinstance(r, Exception)] == []
    assert (Lead.objects.count(), Inquiry.objects.count()) == (1, THREADS)
    assert sum(result.created for result in results) == 1


def test_two_reps_accept_one_lead_and_one_is_told(accepted):
    lead = LeadFactory()
    reps = UserFactory.create_batch(8)
    stale = [Lead.objects.get(pk=lead.pk) for _ in reps]
    results = at_once(lambda n: accept_lead(lead=stale[n], by=reps[n], now=NOW), count=8)
    assert sorted(type(r).__name__ for r in results) == ["Lead"] + ["StageChanged"] * 7
    assert StageChanged in {type(r) for r in results}


def test_round_robin_is_fair_when_all_come_at_once(submission):
    install_defaults(now=NOW)
    reps = UserFactory.create_batch(3)
    RoutingRuleFactory(members=reps)
    results = at_once(
        lambda n: take_inquiry(submission=submission(email=f"p{n}@x{n}.example", answers=QUALIFYING), now=NOW)
    )
    assert [r for r in results if isinstance(r, Exception)] == []
    loads = [Assignment.objects.filter(to=rep).count() for rep in reps]
    assert sum(loads) == THREADS
    assert max(loads) - min(loads) <= 1
