"""Real threads, real commits: whoever comes second changes nothing."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leads.models import Lead, Stage
from nurture.models import CallAttempt, CallOutcome, CallTask, Enrollment, Suppression, Touch, TouchState
from nurture.services.calls import record_call
from nurture.services.claims import LEASE, claim_due
from nurture.services.delivery import deliver, deliver_all
from nurture.services.dispatch import recover_expired, sweep
from nurture.services.enrollment import enroll_waiting
from nurture.services.open_calls import CallRefused
from nurture.services.suppression import suppress
from tests.factories import NOW, LeadFactory, UserFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What each returned or raised."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_one_touch_is_claimed_by_one_of_many(enrolled):
    enrolled(EMAIL)
    claims = at_once(*[lambda: claim_due(now=NOW)] * THREADS)
    assert sorted(len(claim) for claim in claims) == [0] * (THREADS - 1) + [1]


def test_many_touches_are_claimed_once_each(make_sequence):
    make_sequence(EMAIL)
    LeadFactory.create_batch(20)
    enroll_waiting(now=NOW)
    claims = at_once(*[lambda: claim_due(now=NOW)] * 4)
    assert sorted(claim.touch_id for found in claims for claim in found) == sorted(
        Touch.objects.values_list("pk", flat=True)
    )


def test_one_claim_that_is_delivered_by_many_is_sent_once(claimed):
    touch = claimed(EMAIL, WAIT, EMAIL)
    results = at_once(*[lambda: deliver(touch_id=touch.pk, token=touch.token, now=NOW)] * THREADS)
    assert sorted(results) == [""] * (THREADS - 1) + [TouchState.SENT]
    assert len(mail.outbox) == 1


def test_sweeps_at_once_enroll_and_claim_once(make_sequence):
    make_sequence(EMAIL, WAIT, EMAIL)
    LeadFactory.create_batch(5)
    swept = at_once(*[lambda: sweep(now=NOW)] * 4)
    assert [result for result in swept if isinstance(result, Exception)] == []
    again = claim_due(now=NOW)  # what one sweep enrolled after another had claimed
    claimed = [claim.touch_id for found in [*swept, again] for claim in found]
    assert (Enrollment.objects.count(), Touch.objects.count()) == (5, 5)
    assert sorted(claimed) == sorted(Touch.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("repeat", range(5))
def test_opt_out_against_delivery_sends_before_it_or_not_at_all(claimed, repeat):
    touch = claimed(EMAIL, EMAIL)
    address = touch.enrollment.lead.email
    at_once(
        lambda: deliver(touch_id=touch.pk, token=touch.token, now=NOW),
        lambda: suppress(kind="email", key=address, reason="opt_out", now=NOW),
    )
    touch.refresh_from_db()
    assert (touch.state, len(mail.outbox)) in [(TouchState.SENT, 1), (TouchState.CANCELLED, 0)]
    assert (Suppression.objects.count(), claim_due(now=later(days=30))) == (1, [])
    touch.enrollment.refresh_from_db()
    assert touch.enrollment.exit_reason == "opted_out"


@pytest.mark.parametrize("changes", [{"email_opt_out": True}, {"stage": Stage.DISQUALIFIED}, {"email": ""}])
def test_whatever_is_committed_about_the_lead_while_the_worker_waits_for_it_counts(claimed, changes):
    """The worker has read the lead before that, and knows of nothing but the lead's row."""
    touch, begun = claimed(EMAIL), Event()

    def change() -> None:
        with transaction.atomic():
            Lead.objects.filter(pk=touch.enrollment.lead_id).update(**changes)
            begun.set()
            time.sleep(0.5)

    def send() -> str:
        begun.wait(10)
        return deliver(touch_id=touch.pk, token=touch.token, now=NOW)

    assert at_once(change, send)[1] != TouchState.SENT
    touch.refresh_from_db()
    assert (touch.state in (TouchState.CANCELLED, TouchState.SKIPPED), mail.outbox) == (True, [])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="elsewhere the database is in the process")
def test_each_further_mail_of_a_bundle_is_one_round_trip(make_sequence):
    make_sequence(EMAIL, WAIT)
    trips = []
    for many in (1, 2, 6):  # the first reads what the process then knows
        LeadFactory.create_batch(many)
        enroll_waiting(now=NOW)
        claims = claim_due(now=NOW)
        with CaptureQueriesContext(connection) as queries:
            states = deliver_all(claims=claims, clock=lambda: NOW)
        assert list(states.values()) == [TouchState.SENT] * many
        trips.append(len(queries))
    assert trips[2] - trips[1] == 4


@pytest.mark.parametrize("repeat", range(5))
def test_delivery_against_the_end_of_its_lease_sends_once(claimed, repeat):
    touch = claimed(EMAIL)
    late = NOW + LEASE * 2
    at_once(lambda: deliver(touch_id=touch.pk, token=touch.token, now=late), lambda: recover_expired(now=late))
    for claim in claim_due(now=late):
        deliver(touch_id=claim.touch_id, token=claim.token, now=late)
    touch.refresh_from_db()
    assert (touch.state, len(mail.outbox)) == (TouchState.SENT, 1)


def test_two_reps_record_one_call(enrolled):
    enrolled(CALL, EMAIL, lead=LeadFactory(phone=PHONE))
    task, reps = CallTask.objects.get(), UserFactory.create_batch(2)
    results = at_once(
        *[lambda rep=rep: record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=NOW) for rep in reps]
    )
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [CallRefused]
    assert (CallAttempt.objects.count(), Touch.objects.count()) == (1, 2)
