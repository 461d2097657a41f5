import itertools

import pytest
from django.db import IntegrityError, transaction

from crm.campaigns.models import Path
from leads.models import ALLOWED_MOVES, Lead, Provenance, Reason, ReasonPurpose, Stage, StageChange
from leads.models.lead import SALES_STAGES
from leads.services import lifecycle
from leads.services.marks import mark_touched
from leads.services.qualification import give_answers
from tests.factories import NOW, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db


def lead_in(stage):
    in_sales = {"path": Path.UNQUALIFIED, "reached_sales_at": NOW} if stage in SALES_STAGES else {}
    return LeadFactory(stage=stage, **in_sales)


ILLEGAL = [(a, b) for a, b in itertools.product(Stage, Stage) if b not in ALLOWED_MOVES[a]]


@pytest.mark.parametrize(("source", "target"), ILLEGAL)
def test_illegal_move_is_refused(source, target):
    lead = lead_in(source)
    with pytest.raises(lifecycle.MoveNotAllowed):
        lifecycle.move_lead(lead=lead, to=target, by=None, now=NOW)
    lead.refresh_from_db()
    assert (lead.stage, StageChange.objects.count()) == (source, 0)


LEGAL = [(a, b) for a, targets in ALLOWED_MOVES.items() for b in sorted(targets)]


@pytest.mark.parametrize(("source", "target"), LEGAL)
def test_legal_move_is_recorded(source, target):
    lead, rep = lead_in(source), UserFactory()
    reason = Reason.objects.create(purpose=ReasonPurpose.DISQUALIFY, name="No need")
    lifecycle.move_lead(lead=lead, to=target, by=rep, now=NOW, reason=reason, note="because")
    change = StageChange.objects.get()
    assert (change.from_stage, change.to_stage, change.by, change.at, change.note) == (
        source,
        target,
        rep,
        NOW,
        "because",
    )


def test_a_stale_lead_does_not_move():
    lead = lead_in(Stage.MQL)
    stale = Lead.objects.get(pk=lead.pk)
    lifecycle.accept_lead(lead=lead, by=UserFactory(), now=NOW)
    with pytest.raises(lifecycle.StageChanged):
        lifecycle.accept_lead(lead=stale, by=UserFactory(), now=NOW)
    assert StageChange.objects.count() == 1


def test_a_stale_lead_does_not_overwrite_the_path(defaults):
    stale = LeadFactory()
    lead = lifecycle.accept_lead(lead=Lead.objects.get(pk=stale.pk), by=UserFactory(), now=NOW)
    reason = Reason.objects.filter(purpose=ReasonPurpose.RECYCLE).first()
    lifecycle.reject_lead(lead=lead, reason=reason, by=UserFactory(), now=NOW)
    with pytest.raises(lifecycle.StageChanged):
        lifecycle.move_lead(lead=stale, to=Stage.MQL, by=None, now=NOW, path=Path.SELF_QUALIFIED)
    assert Lead.objects.get(pk=stale.pk).path == Path.UNQUALIFIED


def test_accepting_takes_the_lead_over():
    rep = UserFactory()
    lead = lifecycle.accept_lead(lead=lead_in(Stage.MQL), by=rep, now=NOW)
    assert (lead.stage, lead.owner, lead.accept_by) == (Stage.SAL, rep, None)


def test_rejecting_returns_to_nurture_and_keeps_the_path(defaults):
    reason = Reason.objects.filter(purpose=ReasonPurpose.RECYCLE).first()
    lead = lifecycle.reject_lead(lead=lead_in(Stage.MQL), reason=reason, by=UserFactory(), now=NOW)
    assert (lead.stage, lead.owner, lead.path) == (Stage.UNQUALIFIED, None, Path.UNQUALIFIED)


def test_a_reason_of_another_purpose_is_refused(defaults):
    reason = Reason.objects.filter(purpose=ReasonPurpose.RECYCLE).first()
    with pytest.raises(lifecycle.LifecycleError):
        lifecycle.disqualify_lead(lead=lead_in(Stage.MQL), reason=reason, by=None, now=NOW)


def test_the_database_refuses_disqualification_without_a_reason():
    with pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.move_lead(lead=lead_in(Stage.MQL), to=Stage.DISQUALIFIED, by=None, now=NOW)


def test_the_database_refuses_a_lead_with_sales_without_a_path():
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=LeadFactory().pk).update(stage=Stage.SAL)


def test_taken_over_without_meeting_the_policy_is_the_path_unqualified():
    lead = lifecycle.accept_lead(lead=LeadFactory(), by=UserFactory(), now=NOW)
    assert lead.path == Path.UNQUALIFIED


@pytest.mark.parametrize(
    ("touched", "provenance", "path"),
    [
        (False, Provenance.FORM, Path.SELF_QUALIFIED),
        (True, Provenance.LINK, Path.NURTURED),
        (True, Provenance.CALL, Path.NURTURED),
        (False, Provenance.RESEARCH, Path.RESEARCHED),
    ],
)
def test_path_is_frozen_when_the_lead_first_reaches_sales(defaults, touched, provenance, path):
    lead, rep = LeadFactory(), UserFactory()
    if touched:
        mark_touched(lead=lead, now=NOW)
    give_answers(lead=lead, answers=QUALIFYING, provenance=provenance, now=NOW, by=rep)
    lead.refresh_from_db()
    assert (lead.stage, lead.path) == (Stage.MQL, path)
    reason = Reason.objects.filter(purpose=ReasonPurpose.RECYCLE).first()
    lead = lifecycle.reject_lead(lead=lead, reason=reason, by=rep, now=NOW)
    mark_touched(lead=lead, now=NOW)
    give_answers(lead=lead, answers={"need": "new"}, provenance=Provenance.LINK, now=NOW)
    lead.refresh_from_db()
    assert (lead.stage, lead.path) == (Stage.MQL, path)


def test_vetting_needs_the_sales_policy(defaults):
    lead = lead_in(Stage.SAL)
    with pytest.raises(lifecycle.NotReady) as refused:
        lifecycle.qualify_lead(lead=lead, by=UserFactory(), now=NOW)
    assert "Budget" in refused.value.missing
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.CALL, now=NOW, by=UserFactory())
    assert lifecycle.qualify_lead(lead=lead, by=UserFactory(), now=NOW).stage == Stage.SQL


def test_a_disqualified_lead_that_qualifies_anew_goes_to_sales(defaults):
    reason = Reason.objects.filter(purpose=ReasonPurpose.DISQUALIFY).first()
    lead = lifecycle.disqualify_lead(lead=LeadFactory(), reason=reason, by=None, now=NOW)
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    lead.refresh_from_db()
    assert lead.stage == Stage.MQL
    assert [c.to_stage for c in lead.stage_changes.all()] == [Stage.DISQUALIFIED, Stage.UNQUALIFIED, Stage.MQL]


@pytest.mark.parametrize(("source", "target"), [pair for pair in ILLEGAL if pair[0] != pair[1]])
def test_database_refuses_the_history_of_an_illegal_move(source, target):
    reason = Reason.objects.create(purpose=ReasonPurpose.DISQUALIFY, name="No need")
    with pytest.raises(IntegrityError), transaction.atomic():
        StageChange.objects.create(lead=lead_in(source), from_stage=source, to_stage=target, at=NOW, reason=reason)


@pytest.mark.parametrize("source", [Stage.MQL, Stage.SAL])
def test_database_refuses_recycling_without_a_reason(source):
    with pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.move_lead(lead=lead_in(source), to=Stage.UNQUALIFIED, by=None, now=NOW)
