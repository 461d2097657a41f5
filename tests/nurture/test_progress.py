import pytest

from nurture.models import CallTask, EnrollmentState, Touch, TouchState
from nurture.services.claims import claim_due
from nurture.services.delivery import deliver
from nurture.services.dispatch import advance_due, sweep
from nurture.services.progress import advance, touch_is_over
from nurture.services.sequences import pause_sequence, resume_sequence
from tests.factories import NOW, LeadFactory, UserFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later

pytestmark = pytest.mark.django_db


def run(now):
    for claim in sweep(now=now):
        deliver(touch_id=claim.touch_id, token=claim.token, now=now)


def test_sequence_runs_to_its_end_and_each_mail_goes_out_once(enrolled, mailoutbox):
    enrollment = enrolled(EMAIL, WAIT, EMAIL)
    for hours in range(0, 24 * 5, 6):
        run(later(hours=hours))
    enrollment.refresh_from_db()
    assert (enrollment.state, len(mailoutbox)) == (EnrollmentState.FINISHED, 2)
    sent = list(enrollment.touches.order_by("pk").values_list("sent_at", flat=True))
    assert sent == [NOW, later(days=3)]
    enrollment.lead.refresh_from_db()
    assert enrollment.lead.touched_at == NOW


def test_advancing_twice_adds_nothing(enrolled):
    enrollment = enrolled(EMAIL)
    advance(enrollments=[enrollment], now=NOW)
    advance(enrollments=[enrollment], now=later(days=30))
    assert enrollment.touches.count() == 1


def test_touch_that_is_over_twice_moves_on_once(claimed):
    touch = claimed(EMAIL, EMAIL, EMAIL)
    Touch.objects.filter(pk=touch.pk).update(state=TouchState.SENT, sent_at=NOW)
    touch_is_over(touch=touch, now=NOW)
    touch_is_over(touch=touch, now=NOW)
    enrollment = touch.enrollment
    enrollment.refresh_from_db()
    assert (enrollment.position, enrollment.touches.count()) == (1, 2)


def test_enrollment_whose_touch_is_over_goes_on_though_nobody_said_so(claimed):
    touch = claimed(EMAIL, WAIT, EMAIL)
    Touch.objects.filter(pk=touch.pk).update(state=TouchState.SENT, sent_at=NOW)
    assert [advance_due(now=later(hours=23)), advance_due(now=later(hours=25))] == [0, 1]
    touch.enrollment.refresh_from_db()
    assert (touch.enrollment.position, touch.enrollment.due_at) == (2, later(days=3, hours=25))


def test_call_is_in_the_owners_queue_in_legal_hours(enrolled):
    owner = UserFactory()
    enrolled(CALL, lead=LeadFactory(phone=PHONE, owner=owner, time_zone="America/Los_Angeles"))
    task = CallTask.objects.get()
    assert task.assignee == owner
    assert task.due_at.isoformat() == "2026-03-10T15:00:00+00:00"  # 8:00 there; NOW is 3:00


def test_call_of_a_lead_without_owner_is_open(enrolled):
    enrolled(CALL, lead=LeadFactory(phone=PHONE))
    assert CallTask.objects.get().assignee is None


def test_enrollment_waits_for_its_call(enrolled):
    enrollment = enrolled(CALL, EMAIL, lead=LeadFactory(phone=PHONE))
    for day in range(10):
        run(later(days=day))
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.position, CallTask.objects.count()) == (EnrollmentState.ACTIVE, 0, 1)


def test_paused_sequence_sends_and_advances_nothing_until_it_is_resumed(enrolled, mailoutbox):
    enrollment = enrolled(EMAIL)
    pause_sequence(sequence=enrollment.sequence)
    run(later(days=3))
    assert (claim_due(now=later(days=3)), mailoutbox) == ([], [])
    resume_sequence(sequence=enrollment.sequence)
    run(later(days=3))
    assert len(mailoutbox) == 1


def test_broken_enrollment_does_not_hold_up_the_others(enrolled, make_sequence, caplog):
    broken = enrolled(WAIT, EMAIL, lead=LeadFactory(time_zone="UTC"))
    fine = enrolled(WAIT, EMAIL, key="other")
    type(broken.lead).objects.filter(pk=broken.lead_id).update(time_zone="Nowhere/Atlantis")
    assert advance_due(now=later(days=3)) == 1
    assert (broken.touches.count(), fine.touches.count()) == (0, 1)
    broken.refresh_from_db()
    assert broken.due_at == later(days=3, hours=1)
    assert "cannot go on" in caplog.text
