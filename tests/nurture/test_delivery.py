import smtplib
import uuid
from datetime import time

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from leads.models import Lead, Stage
from nurture.models import EnrollmentState, Suppression, Touch, TouchState
from nurture.services.claims import LEASE, claim_due
from nurture.services.delivery import deliver
from nurture.services.dispatch import claim_more, recover_expired
from nurture.services.outcomes import MAX_ATTEMPTS
from nurture.services.suppression import suppress
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later

pytestmark = pytest.mark.django_db


class ScriptedBackend(BaseEmailBackend):
    """A mail server that answers what ``answer`` says: an exception, or nothing."""

    answer: Exception | None = None

    def send_messages(self, email_messages):
        if self.answer:
            raise self.answer
        return len(email_messages)


@pytest.fixture
def server_answers(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.ScriptedBackend"

    def answer(error):
        monkeypatch.setattr(ScriptedBackend, "answer", error)

    return answer


def state_of(touch):
    touch.refresh_from_db()
    return touch.state


def test_claimed_touch_is_sent_once(claimed):
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.SENT
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == ""
    assert [message.to for message in mail.outbox] == [[touch.enrollment.lead.email]]
    touch.refresh_from_db()
    assert (touch.sent_at, touch.recipient, touch.subject) == (NOW, touch.enrollment.lead.email, "Hello Pat")


def test_wrong_token_sends_nothing(claimed):
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=uuid.uuid4(), now=NOW) == ""
    assert (mail.outbox, state_of(touch)) == ([], TouchState.CLAIMED)


def test_nothing_is_claimed_twice(enrolled):
    enrolled(EMAIL)
    assert [len(claim_due(now=NOW)), len(claim_due(now=NOW))] == [1, 0]


def test_no_more_is_claimed_than_may_be_on_its_way(enrolled, make_sequence):
    first = enrolled(EMAIL)
    for _ in range(4):
        Touch.objects.create(enrollment=first, step=first.sequence.steps.get(), round=9 + _, kind="email", due_at=NOW)
    assert [len(claim_due(now=NOW, limit=3)) for _ in range(2)] == [3, 0]


def test_lease_that_ends_before_sending_began_is_planned_again(claimed):
    touch = claimed(EMAIL)
    old = touch.token
    assert [recover_expired(now=NOW + LEASE), recover_expired(now=NOW + LEASE * 2)] == [0, 1]
    assert state_of(touch) == TouchState.PLANNED
    (claim,) = claim_due(now=NOW + LEASE * 2)
    assert deliver(touch_id=touch.pk, token=old, now=NOW + LEASE * 2) == ""
    assert deliver(touch_id=touch.pk, token=claim.token, now=NOW + LEASE * 2) == TouchState.SENT
    assert len(mail.outbox) == 1


def test_lease_that_ends_after_sending_began_is_unknown_and_the_sequence_goes_on(claimed):
    touch = claimed(EMAIL, WAIT, EMAIL)
    Touch.objects.filter(pk=touch.pk).update(send_started_at=NOW)
    assert recover_expired(now=NOW + LEASE * 2) == 1
    assert state_of(touch) == TouchState.UNKNOWN
    assert (claim_due(now=later(days=30)), mail.outbox) == ([], [])
    touch.enrollment.refresh_from_db()
    assert (touch.enrollment.state, touch.enrollment.position) == (EnrollmentState.ACTIVE, 2)
    touch.enrollment.lead.refresh_from_db()
    assert touch.enrollment.lead.touched_at is None


def test_messages_for_claims_that_ran_out_cost_next_to_nothing(claimed, django_assert_num_queries):
    """Else workers that are late once never come to what they could still send in time."""
    touch = claimed(EMAIL)
    old = touch.token
    assert (recover_expired(now=NOW + LEASE * 2), len(claim_due(now=NOW + LEASE * 2))) == (1, 1)
    with django_assert_num_queries(1):
        assert deliver(touch_id=touch.pk, token=old, now=NOW + LEASE * 2) == ""


def test_worker_goes_on_where_everything_that_was_claimed_ran_out_and_no_sweep_comes(enrolled):
    enrolled(EMAIL)
    late = NOW + LEASE * 2
    assert len(claim_due(now=NOW, limit=1)) == 1
    assert (len(claim_due(now=late, limit=1)), len(claim_more(now=late, limit=1))) == (0, 1)


def test_worker_that_comes_back_late_says_what_became_of_it(claimed, server_answers, monkeypatch):
    touch = claimed(EMAIL, WAIT, EMAIL)

    def taken_for_lost(self, messages):
        assert recover_expired(now=NOW + LEASE * 2) == 1
        return 1

    server_answers(None)
    monkeypatch.setattr(ScriptedBackend, "send_messages", taken_for_lost)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.SENT
    touch.enrollment.refresh_from_db()
    assert (touch.enrollment.position, touch.enrollment.touches.count()) == (2, 1)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"stage": Stage.MQL, "path": "nurtured", "reached_sales_at": NOW}, TouchState.CANCELLED),
        ({"stage": Stage.DISQUALIFIED}, TouchState.CANCELLED),
        ({"email_opt_out": True}, TouchState.SKIPPED),
        ({"email": ""}, TouchState.SKIPPED),
        ({"email_opt_out": True, "phone": ""}, TouchState.CANCELLED),
    ],
)
def test_what_changed_since_it_was_planned_is_checked_at_the_last_moment(claimed, change, state):
    touch = claimed(EMAIL, CALL, lead=LeadFactory(phone=PHONE))
    Lead.objects.filter(pk=touch.enrollment.lead_id).update(**change)
    deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    assert (state_of(touch), mail.outbox) == (state, [])


def test_opt_out_before_the_claim_means_nothing_is_claimed(enrolled):
    enrollment = enrolled(EMAIL)
    suppress(kind="email", key=enrollment.lead.email, reason="opt_out", now=NOW)
    assert claim_due(now=NOW) == []


def test_opt_out_between_claim_and_sending_means_nothing_is_sent(claimed):
    touch = claimed(EMAIL)
    suppress(kind="email", key=touch.enrollment.lead.email, reason="opt_out", now=NOW)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == ""
    assert (state_of(touch), mail.outbox) == (TouchState.CANCELLED, [])


def test_opt_out_after_sending_cancels_only_what_is_to_come(claimed):
    touch = claimed(EMAIL, EMAIL)
    deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    suppress(kind="email", key=touch.enrollment.lead.email, reason="opt_out", now=NOW)
    states = touch.enrollment.touches.order_by("pk").values_list("state", flat=True)
    assert (list(states), len(mail.outbox)) == (["sent", "cancelled"], 1)
    assert claim_due(now=later(days=9)) == []


def test_window_that_closed_meanwhile_means_later(claimed):
    touch = claimed(EMAIL, window_start=time(9), window_end=time(17))
    evening = later(hours=9)
    assert deliver(touch_id=touch.pk, token=touch.token, now=evening) == TouchState.PLANNED
    touch.refresh_from_db()
    assert (touch.due_at, mail.outbox) == (later(hours=23), [])


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"5.7.1 not from you")}), TouchState.FAILED),
        (smtplib.SMTPDataError(554, b"looks like spam"), TouchState.FAILED),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"greylisted")}), TouchState.PLANNED),
        (smtplib.SMTPSenderRefused(421, b"busy", "a@b.example"), TouchState.PLANNED),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), TouchState.UNKNOWN),
        (TimeoutError("timed out"), TouchState.UNKNOWN),
        (RuntimeError("anything else"), TouchState.UNKNOWN),
    ],
)
def test_answer_of_the_mail_server_decides(claimed, server_answers, error, state):
    touch = claimed(EMAIL, WAIT, EMAIL)
    server_answers(error)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == state
    touch.refresh_from_db()
    assert (touch.state, type(error).__name__ in touch.error) == (state, True)
    touch.enrollment.refresh_from_db()
    assert touch.enrollment.position == (0 if state == TouchState.PLANNED else 2)


@pytest.mark.parametrize(
    ("code", "reason", "suppressed"),
    [
        (550, b"no such user", True),
        (550, b"5.1.1 <a@b.example>: unknown", True),
        (553, b"5.1.3 bad address", True),
        (550, b"5.7.1 blocked for spam", False),
        (552, b"5.2.2 mailbox full", False),
        (450, b"4.1.1 try again", False),
    ],
)
def test_address_that_the_mail_server_does_not_know_is_a_hard_bounce(claimed, server_answers, code, reason, suppressed):
    touch = claimed(EMAIL, WAIT, EMAIL)
    lead = touch.enrollment.lead
    server_answers(smtplib.SMTPRecipientsRefused({lead.email: (code, reason)}))
    deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    found = Suppression.objects.values_list("kind", "key", "reason")
    assert list(found) == ([("email", lead.email_key, "bounce")] if suppressed else [])
    touch.enrollment.refresh_from_db()
    assert (touch.enrollment.exit_reason == "bounced") is suppressed


def test_refused_recipient_fails_alone(enrolled, server_answers, monkeypatch):
    bad = enrolled(EMAIL)
    good = enrolled(EMAIL, key="other")

    def send(self, messages):
        if messages[0].to == [bad.lead.email]:
            raise smtplib.SMTPRecipientsRefused({bad.lead.email: (550, b"no such user")})
        return 1

    server_answers(None)
    monkeypatch.setattr(ScriptedBackend, "send_messages", send)
    states = {c.touch_id: deliver(touch_id=c.touch_id, token=c.token, now=NOW) for c in claim_due(now=NOW)}
    assert states == {bad.touches.get().pk: TouchState.FAILED, good.touches.get().pk: TouchState.SENT}


def test_retries_back_off_and_end(claimed, server_answers):
    touch = claimed(EMAIL)
    server_answers(smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"greylisted")}))
    now, pauses = NOW, []
    while deliver(touch_id=touch.pk, token=touch.token, now=now) == TouchState.PLANNED:
        touch.refresh_from_db()
        pauses.append((touch.due_at - now).total_seconds() / 60)
        now = touch.due_at
        claim_due(now=now)
        touch.refresh_from_db()
    assert (state_of(touch), touch.attempts, len(pauses)) == (TouchState.FAILED, MAX_ATTEMPTS, MAX_ATTEMPTS - 1)
    expected = [1, 4, 16, 64, 240, 240, 240]
    assert all(mean * 0.75 <= pause <= mean * 1.25 for pause, mean in zip(pauses, expected, strict=True))


def test_server_that_cannot_be_reached_is_tried_again(claimed, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    touch = claimed(EMAIL)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.PLANNED
    touch.refresh_from_db()
    assert (touch.send_started_at, touch.attempts, "cannot be reached" in touch.error) == (None, 1, True)


def test_mail_that_cannot_be_made_fails_and_the_sequence_goes_on(claimed):
    touch = claimed(EMAIL, EMAIL)
    touch.step.__class__.objects.filter(pk=touch.step_id).update(body="{{ settings }}")
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.FAILED
    touch.refresh_from_db()
    assert (touch.error.startswith("The mail cannot be made"), touch.enrollment.touches.count()) == (True, 2)
