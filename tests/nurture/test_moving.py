"""Leads of an older version are moved to the published one, and nobody gets a mail twice or loses one by it."""

import pytest

from nurture.models import Step, StepKind, Touch, TouchState
from nurture.services.dispatch import claim_due
from nurture.services.enrollment import enroll_waiting
from nurture.services.moving import MoveRefused, move_enrollments, preview_moves
from nurture.services.sequences import new_version, pause_sequence, publish_sequence
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later
from tests.nurture.test_steps import run, run_days

pytestmark = pytest.mark.django_db


def changed(sequence, **subjects):
    """The published next version, with other subjects of the named steps."""
    draft = new_version(sequence=sequence)
    for name, subject in subjects.items():
        Step.objects.filter(sequence=draft, name=name).update(subject=subject)
    return publish_sequence(sequence=draft)


ASK = EMAIL | {"name": "ask", "subject": "Old"}


def test_planned_mail_goes_out_once_with_the_new_text(enrolled, mailoutbox):
    enrollment = enrolled(ASK, WAIT, EMAIL)
    into = changed(enrollment.sequence, ask="New")
    (move,) = preview_moves(into=into)
    assert (str(move.step), str(move.target), move.leads, move.busy) == ("Old", "New", 1, 0)
    assert [move_enrollments(into=into, now=NOW), move_enrollments(into=into, now=NOW)] == [1, 0]
    run_days(6)
    enrollment.refresh_from_db()
    assert [sent.subject for sent in mailoutbox] == ["New", "Hello Pat"]
    assert (enrollment.sequence, enrollment.state) == (into, "finished")
    states = enrollment.touches.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "sent", "sent"]


def test_lead_that_waits_goes_on_waiting_and_then_at_the_step_of_the_same_name(enrolled, mailoutbox):
    enrollment = enrolled(EMAIL, WAIT, ASK)
    run(NOW)
    draft = new_version(sequence=enrollment.sequence)
    for step in draft.steps.order_by("-position"):
        Step.objects.filter(pk=step.pk).update(position=step.position + 1)
    Step.objects.create(sequence=draft, position=0, **EMAIL | {"subject": "Added in front"})
    into = publish_sequence(sequence=draft)
    assert move_enrollments(into=into, now=later(days=1)) == 1
    run_days(5)
    assert [sent.subject for sent in mailoutbox] == ["Hello Pat", "Old"]
    assert enrollment.touches.get(step__name="ask").sent_at.date() == later(days=3).date()


def test_mail_on_its_way_and_open_call_stay_for_now(enrolled, make_sequence, mailoutbox):
    enrollment = enrolled(ASK, WAIT, EMAIL)
    caller = LeadFactory(phone=PHONE, email="")
    enroll_waiting(now=NOW)
    claim_due(now=NOW)
    sequence = enrollment.sequence
    into = changed(sequence, ask="New")
    assert [(move.leads, move.busy) for move in preview_moves(into=into)] == [(1, 1), (1, 0)]
    assert move_enrollments(into=into, now=NOW) == 1  # the caller, who waits
    enrollment.refresh_from_db()
    assert (enrollment.sequence, caller.enrollments.get().sequence) == (sequence, into)
    run(later(minutes=6))  # the lease ran out: planned again, sent with the old text
    assert [sent.subject for sent in mailoutbox] == ["Old"]


def test_open_call_stays_with_its_rep(enrolled):
    enrollment = enrolled(CALL | {"name": "call"}, EMAIL, lead=LeadFactory(phone=PHONE))
    into = changed(enrollment.sequence)
    assert move_enrollments(into=into, now=NOW) == 0
    assert enrollment.lead.call_tasks.get().state == "open"


def test_mail_that_was_sent_is_not_sent_again_though_nobody_said_so_yet(enrolled, mailoutbox):
    enrollment = enrolled(ASK, WAIT, EMAIL)
    Touch.objects.update(state=TouchState.SENT, sent_at=NOW)
    into = changed(enrollment.sequence, ask="New")
    assert move_enrollments(into=into, now=NOW) == 0
    run_days(6)
    assert [sent.subject for sent in mailoutbox] == ["Hello Pat"]


def test_step_that_is_gone_keeps_its_leads(enrolled, mailoutbox):
    enrollment = enrolled(ASK)
    draft = new_version(sequence=enrollment.sequence)
    draft.steps.update(kind=StepKind.CALL, name="call")
    into = publish_sequence(sequence=draft)
    (move,) = preview_moves(into=into)
    assert (move.target, move_enrollments(into=into, now=NOW)) == (None, 0)
    run(NOW)
    assert [sent.subject for sent in mailoutbox] == ["Old"]


def test_leads_are_moved_to_the_published_version_only(enrolled):
    enrollment = enrolled(ASK)
    draft = new_version(sequence=enrollment.sequence)
    with pytest.raises(MoveRefused):
        move_enrollments(into=draft, now=NOW)
    with pytest.raises(MoveRefused):
        move_enrollments(into=pause_sequence(sequence=enrollment.sequence), now=NOW)


@pytest.mark.parametrize("count", [1, 30])
def test_preview_costs_the_same_for_many(enrolled, count, django_assert_max_num_queries):
    enrollment = enrolled(ASK)
    LeadFactory.create_batch(count)
    enroll_waiting(now=NOW)
    into = changed(enrollment.sequence)
    with django_assert_max_num_queries(8):
        assert preview_moves(into=into)[0].leads == count + 1
