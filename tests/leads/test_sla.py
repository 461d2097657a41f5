from datetime import time, timedelta

import pytest
from django.core import mail

from crm.campaigns.models import Path
from crm.people.models import Absence, Company, FreeDay, WorkingHours
from leads.models import AssignmentKind, Escalation, Lead, Reason, ReasonPurpose, Stage
from leads.services import sla, telling
from leads.services.lifecycle import accept_lead, reject_lead
from leads.services.routing import assign_lead, route_lead
from leads.tasks import sweep_clocks
from tests.factories import NOW, LeadFactory, RoutingRuleFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def routed_lead(now=NOW):
    lead = LeadFactory(stage=Stage.MQL, path=Path.SELF_QUALIFIED, reached_sales_at=now, stage_changed_at=now)
    route_lead(lead=lead, now=now)
    return Lead.objects.get(pk=lead.pk)


@pytest.fixture
def manager():
    return UserFactory(sales_manager=True, email="manager@ripen.example")


@pytest.fixture
def pool(manager):
    """Three reps who accept within an hour, or half an hour later a colleague gets it."""
    reps = UserFactory.create_batch(3)
    RoutingRuleFactory(members=reps, accept_within_minutes=60, reassign_after_minutes=30, name="All")
    return reps


def test_the_clock_counts_working_time_of_the_rep():
    """Routed on a Friday afternoon; Monday is free here, and the rep is away on Tuesday."""
    rep = UserFactory(team=TeamFactory(country="DE"), time_zone="Europe/Berlin")
    WorkingHours.objects.create(company=Company.current(), opens=time(9), closes=time(17))
    FreeDay.objects.create(day=NOW.date() + timedelta(days=6), name="Founding day")
    Absence.objects.create(user=rep, first_day=NOW.date() + timedelta(days=7), last_day=NOW.date() + timedelta(days=7))
    RoutingRuleFactory(members=[rep], accept_within_minutes=120, reassign_after_minutes=60)
    friday = NOW.replace(day=13, hour=15)  # 16:00 in Berlin
    lead = routed_lead(friday)
    assert lead.accept_by == NOW.replace(day=18, hour=9)
    assert lead.reassign_at == NOW.replace(day=18, hour=10)


def test_a_rule_may_have_no_clock():
    RoutingRuleFactory(members=[UserFactory()], accept_within_minutes=0)
    lead = routed_lead()
    assert (lead.accept_by, lead.reassign_at) == (None, None)


def test_in_time_nothing_happens(pool):
    routed_lead()
    assert sla.sweep(now=NOW + 0.99 * HOUR) == sla.Swept(0, 0, 0)
    assert not Escalation.objects.exists()


def test_late_the_manager_is_told_once(pool, manager):
    lead = routed_lead()
    assert sla.sweep(now=NOW + HOUR) == sla.Swept(1, 0, 0)
    assert sla.sweep(now=NOW + 1.2 * HOUR) == sla.Swept(0, 0, 0)
    escalation = Escalation.objects.get()
    assert (escalation.lead, escalation.manager, escalation.deadline) == (lead, manager, lead.accept_by)


def test_the_manager_of_the_team_is_told_before_all_managers(manager):
    boss = UserFactory(sales_manager=True)
    RoutingRuleFactory(members=[UserFactory(team=TeamFactory(manager=boss))], accept_within_minutes=60)
    routed_lead()
    sla.sweep(now=NOW + HOUR)
    assert [row.manager for row in Escalation.objects.all()] == [boss]


def test_one_mail_tells_a_manager_of_all_late_leads(pool, manager, settings):
    settings.BASE_URL = "https://crm.ripen.example"
    leads = [routed_lead(), routed_lead()]
    sla.sweep(now=NOW + HOUR)
    assert [telling.mail_escalations(now=NOW + HOUR) for _ in range(2)] == [1, 0]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([manager.email], "2 leads were not accepted in time")
    for lead in leads:
        assert f"https://crm.ripen.example/leads/{lead.pk}/" in sent.body
        assert f"{lead}, {lead.company}: with {lead.owner}, due Tue 10 Mar, 11:00" in sent.body


def test_a_name_cannot_break_the_mail(pool, manager):
    lead = routed_lead()
    Lead.objects.filter(pk=lead.pk).update(first_name="Eve\r\nBcc: x@y.example", last_name="<b>&</b> {{ manager }}")
    sla.sweep(now=NOW + HOUR)
    telling.mail_escalations(now=NOW + HOUR)
    (sent,) = mail.outbox
    assert sent.recipients() == [manager.email]
    assert "<b>&</b> {{ manager }}" in sent.body


def test_a_mail_that_could_not_be_sent_goes_out_later(pool, manager, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    routed_lead()
    sla.sweep(now=NOW + HOUR)
    assert telling.mail_escalations(now=NOW + HOUR) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert telling.mail_escalations(now=NOW + HOUR) == 1


def test_a_lead_accepted_meanwhile_is_not_written_about(pool, manager):
    lead = routed_lead()
    sla.sweep(now=NOW + HOUR)
    accept_lead(lead=lead, by=lead.owner, now=NOW + HOUR)
    assert telling.mail_escalations(now=NOW + HOUR) == 0
    assert mail.outbox == []


def test_a_rule_may_tell_nobody(manager):
    RoutingRuleFactory(members=[UserFactory()], accept_within_minutes=60, escalates=False)
    routed_lead()
    assert sla.sweep(now=NOW + HOUR).escalated == 0
    assert telling.mail_escalations(now=NOW + HOUR) == 0


def test_then_the_next_of_the_pool_gets_it_with_a_clock_of_their_own(pool):
    lead = routed_lead()
    late = NOW + 1.5 * HOUR
    assert sla.sweep(now=late) == sla.Swept(1, 1, 0)
    lead.refresh_from_db()
    assert (lead.owner, lead.accept_by, lead.reassign_at) == (pool[1], late + HOUR, late + 1.5 * HOUR)
    newest = lead.assignments.last()
    assert (newest.kind, newest.to, newest.rule.name) == (AssignmentKind.REASSIGNED, pool[1], "All")
    assert newest.note == "Not accepted in time. Next in turn of 2."


def test_it_goes_round_once_and_then_stays(pool):
    lead = routed_lead()
    for n in range(1, 6):
        sla.sweep(now=NOW + n * 1.5 * HOUR)
    lead.refresh_from_db()
    assert [row.to for row in lead.assignments.all()] == pool
    assert (lead.owner, lead.reassign_at) == (pool[2], None)
    assert Escalation.objects.filter(lead=lead).count() == 3


def test_while_the_others_are_away_it_is_tried_again(pool):
    day = NOW.date()
    for rep in pool[1:]:
        Absence.objects.create(user=rep, first_day=day, last_day=day)
    lead = routed_lead()
    assert sla.sweep(now=NOW + 2 * HOUR).reassigned == 0
    assert sla.sweep(now=NOW + 24 * HOUR).reassigned == 1
    lead.refresh_from_db()
    assert lead.owner == pool[1]


@pytest.mark.parametrize("how", ["accepted", "rejected", "disqualified", "merged"])
def test_the_clock_stops_with_the_stage(pool, how):
    lead = routed_lead()
    rep = lead.owner
    if how == "accepted":
        accept_lead(lead=lead, by=rep, now=NOW)
    elif how == "merged":
        Lead.objects.filter(pk=lead.pk).update(merged_into=LeadFactory())
    else:
        purpose = ReasonPurpose.RECYCLE if how == "rejected" else ReasonPurpose.DISQUALIFY
        reason = Reason.objects.create(purpose=purpose, name="Because")
        from leads.services.lifecycle import disqualify_lead

        verb = reject_lead if how == "rejected" else disqualify_lead
        verb(lead=lead, reason=reason, by=rep, now=NOW)
    assert sla.sweep(now=NOW + 9 * HOUR) == sla.Swept(0, 0, 0)


def test_a_lead_in_the_queue_is_tried_again(pool):
    day = NOW.date()
    for rep in pool:
        Absence.objects.create(user=rep, first_day=day, last_day=day)
    lead = routed_lead()
    assert lead.queued_at == NOW
    assert sla.sweep(now=NOW + HOUR) == sla.Swept(0, 0, 0)
    assert lead.assignments.count() == 1
    assert sla.sweep(now=NOW + 24 * HOUR) == sla.Swept(0, 0, 1)
    lead.refresh_from_db()
    assert (lead.owner, lead.queued_at, lead.accept_by) == (pool[0], None, NOW + 25 * HOUR)


def test_a_lead_put_into_the_queue_by_hand_stays_there(pool, manager):
    lead = routed_lead()
    assign_lead(lead=lead, to=None, by=manager, now=NOW)
    assert sla.sweep(now=NOW + HOUR / 2) == sla.Swept(0, 0, 0)
    lead.refresh_from_db()
    assert (lead.owner, lead.reassign_at) == (None, None)


def test_the_task_does_all_of_it(pool, manager, time_machine):
    time_machine.move_to(NOW + HOUR, tick=False)
    routed_lead()
    sweep_clocks()
    assert [sent.to for sent in mail.outbox] == [[manager.email]]
    sweep_clocks()
    assert len(mail.outbox) == 1
