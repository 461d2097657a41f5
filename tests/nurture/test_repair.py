import pytest

from nurture.models import ExitReason, Touch, TouchState
from nurture.services.claims import LEASE, claim_due
from nurture.services.delivery import deliver
from nurture.services.dispatch import recover_expired
from nurture.services.exits import stop_enrollment
from nurture.services.repair import RepairRefused, cancel, plan_now, resolve_unknown, send_again
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown(claimed):
    touch = claimed(EMAIL, WAIT, EMAIL)
    Touch.objects.filter(pk=touch.pk).update(send_started_at=NOW)
    recover_expired(now=NOW + LEASE * 2)
    touch.refresh_from_db()
    return touch


def test_unknown_touch_that_was_sent_counts_from_then(unknown):
    touch = resolve_unknown(touch=unknown, sent=True, now=later(days=1))
    unknown.enrollment.lead.refresh_from_db()
    assert (touch.state, touch.sent_at, unknown.enrollment.lead.touched_at) == (TouchState.SENT, NOW, NOW)


def test_unknown_touch_that_was_not_sent_is_sent_again_when_a_person_says_so(unknown, mailoutbox):
    resolve_unknown(touch=unknown, sent=False, now=later(hours=1))
    assert claim_due(now=later(hours=2)) == []
    send_again(touch=unknown, now=later(hours=1))
    (claim,) = claim_due(now=later(hours=2))
    assert deliver(touch_id=claim.touch_id, token=claim.token, now=later(hours=2)) == TouchState.SENT
    unknown.enrollment.refresh_from_db()
    assert (len(mailoutbox), unknown.enrollment.position, unknown.enrollment.touches.count()) == (1, 2, 1)


@pytest.mark.parametrize("state", [TouchState.PLANNED, TouchState.CLAIMED, TouchState.CANCELLED, TouchState.FAILED])
def test_only_an_unknown_touch_is_resolved(claimed, state):
    touch = claimed(EMAIL)
    Touch.objects.filter(pk=touch.pk).update(state=state)
    with pytest.raises(RepairRefused):
        resolve_unknown(touch=touch, sent=True, now=NOW)
    assert touch.enrollment.lead.touched_at is None


def test_nothing_is_sent_again_to_who_left(unknown):
    resolve_unknown(touch=unknown, sent=False, now=NOW)
    stop_enrollment(enrollment=unknown.enrollment, reason=ExitReason.STOPPED, now=NOW)
    with pytest.raises(RepairRefused):
        send_again(touch=unknown, now=NOW)


def test_mail_that_waits_is_planned_for_now(enrolled):
    touch = enrolled(EMAIL).touches.get()
    Touch.objects.filter(pk=touch.pk).update(due_at=later(days=3))
    plan_now(touch=touch, now=later(hours=1))
    assert [claim.touch_id for claim in claim_due(now=later(hours=1))] == [touch.pk]


@pytest.mark.parametrize("state", [TouchState.PLANNED, TouchState.FAILED])
def test_cancelled_mail_is_not_sent_and_its_enrollment_goes_on(enrolled, state, mailoutbox):
    touch = enrolled(EMAIL, WAIT, EMAIL).touches.get()
    Touch.objects.filter(pk=touch.pk).update(state=state)
    touch.refresh_from_db()
    cancel(touch=touch, now=later(hours=1))
    touch.enrollment.refresh_from_db()
    assert (touch.state, touch.enrollment.position) == (TouchState.CANCELLED, 2)
    assert (claim_due(now=later(hours=2)), mailoutbox) == ([], [])


@pytest.mark.parametrize("state", [TouchState.CLAIMED, TouchState.SENT, TouchState.UNKNOWN])
def test_what_a_worker_has_or_may_have_sent_is_not_cancelled(claimed, state):
    touch = claimed(EMAIL)
    Touch.objects.filter(pk=touch.pk).update(state=state, sent_at=NOW)
    touch.refresh_from_db()
    with pytest.raises(RepairRefused):
        cancel(touch=touch, now=NOW)
    with pytest.raises(RepairRefused):
        plan_now(touch=touch, now=NOW)


def test_calls_are_not_repaired_as_mails_are(enrolled):
    touch = enrolled(CALL, lead=LeadFactory(phone=PHONE)).touches.get()
    for repair in (cancel, plan_now):
        with pytest.raises(RepairRefused):
            repair(touch=touch, now=NOW)
