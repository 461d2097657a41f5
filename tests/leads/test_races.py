"""Races with real threads and real commits, on whichever database the suite runs on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from crm.accounts.models import Account
from crm.campaigns.models import Path
from crm.opportunities.models import Opportunity
from leads.models import Assignment, Conversion, Escalation, Inquiry, Lead, Provenance, Stage, Target
from leads.services import sla, telling
from leads.services.conversion import AlreadyConverted, ConversionChoice, convert_lead
from leads.services.intake import take_inquiry
from leads.services.lifecycle import StageChanged, accept_lead
from leads.services.qualification import give_answers
from leads.services.routing import route_lead
from leads.services.setup import install_defaults
from tests.factories import NOW, LeadFactory, RoutingRuleFactory, TeamFactory, UserFactory
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


def qualified():
    return LeadFactory(stage=Stage.MQL, path=Path.SELF_QUALIFIED, reached_sales_at=NOW, stage_changed_at=NOW)


def test_capacity_holds_when_two_rules_share_a_rep():
    team = TeamFactory()
    rep, other = UserFactory(team=team, leads_per_day=5), UserFactory(team=team, leads_per_day=3)
    RoutingRuleFactory(members=[other, rep], position=0)
    RoutingRuleFactory(target=Target.TEAM, team=team, position=1)
    leads = [qualified() for _ in range(24)]
    results = at_once(lambda n: route_lead(lead=leads[n], now=NOW), count=24)
    assert [r for r in results if isinstance(r, Exception)] == []
    loads = [Lead.objects.filter(owner=user).count() for user in (rep, other, None)]
    assert loads == [5, 3, 16]


def test_the_first_leads_of_a_pool_may_come_at_once():
    """Nobody has made the row yet that the turns are locked by."""
    reps = UserFactory.create_batch(4)
    RoutingRuleFactory(members=reps)
    leads = [qualified() for _ in range(16)]
    results = at_once(lambda n: route_lead(lead=leads[n], now=NOW), count=16)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert [Lead.objects.filter(owner=rep).count() for rep in reps] == [4] * 4


def test_sweeps_at_once_do_each_thing_once():
    manager = UserFactory(sales_manager=True)
    reps = UserFactory.create_batch(3)
    RoutingRuleFactory(members=reps, accept_within_minutes=60, reassign_after_minutes=0)
    leads = [qualified() for _ in range(6)]
    for lead in leads:
        route_lead(lead=lead, now=NOW)
    late = NOW + timedelta(minutes=60)
    results = at_once(lambda n: sla.sweep(now=late), count=8)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert (sum(r.escalated for r in results), sum(r.reassigned for r in results)) == (6, 6)
    assert Escalation.objects.filter(manager=manager).count() == 6
    assert Assignment.objects.count() == 12


def test_mails_sent_at_once_name_each_lead_once():
    UserFactory(sales_manager=True)
    RoutingRuleFactory(members=[UserFactory()], accept_within_minutes=60)
    for _ in range(6):
        route_lead(lead=qualified(), now=NOW)
    late = NOW + timedelta(minutes=60)
    sla.sweep(now=late)
    results = at_once(lambda n: telling.mail_escalations(now=late), count=8)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert sum(sent.body.count("/leads/") for sent in mail.outbox) == 6


def test_a_lead_is_accepted_or_passed_on_and_both_are_told():
    reps = UserFactory.create_batch(2)
    RoutingRuleFactory(members=reps, accept_within_minutes=60, reassign_after_minutes=0)
    leads = [qualified() for _ in range(8)]
    for lead in leads:
        route_lead(lead=lead, now=NOW)
    stale = [Lead.objects.get(pk=lead.pk) for lead in leads]
    late = NOW + timedelta(minutes=60)

    def act(n):
        return sla.sweep(now=late) if n == 8 else accept_lead(lead=stale[n], by=stale[n].owner, now=late)

    results = at_once(act, count=9)
    assert [r for r in results if isinstance(r, Exception)] == []
    for lead in Lead.objects.all():
        assert (lead.stage, lead.accept_by, lead.reassign_at) == (Stage.SAL, None, None)
        assert lead.assignments.order_by("pk").last().to == lead.owner


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
