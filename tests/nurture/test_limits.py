"""What is over a limit is planned later, never lost, and goes out when there is room again."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from leads.models import Lead
from nurture.models import SendingLimits, Touch, TouchState
from nurture.services.claims import Claim, claim_due
from nurture.services.delivery import deliver_all
from nurture.services.enrollment import enroll_waiting
from nurture.services.repair import send_again
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL, WAIT, later

pytestmark = pytest.mark.django_db
NO_LIMITS = dict.fromkeys(["person_week", "mailbox_hour", "mailbox_day", "domain_hour"])


@pytest.fixture
def limits(db):
    def set_to(**limits):
        SendingLimits.current()
        SendingLimits.objects.update(**(NO_LIMITS | limits))

    return set_to


def deliver_due(now):
    return deliver_all(claims=claim_due(now=now), clock=lambda: now)


def due_times():
    planned = Touch.objects.filter(state=TouchState.PLANNED).order_by("due_at")
    return list(planned.values_list("due_at", flat=True))


def mails_from(mailbox):
    return sum(mailbox in message.from_email for message in mail.outbox)


def test_person_gets_so_many_a_week_and_the_rest_when_the_week_is_over(enrolled, limits):
    limits(person_week=2)
    enrolled(EMAIL, EMAIL, EMAIL)
    for minute in range(3):
        deliver_due(later(minutes=minute))
    assert (len(mail.outbox), due_times()) == (2, [later(days=7)])
    deliver_due(later(days=7))
    assert (len(mail.outbox), due_times()) == (3, [])


def test_week_of_a_person_counts_what_was_sent_to_a_lead_that_was_merged_into_theirs(enrolled, limits):
    limits(person_week=1)
    other = enrolled(EMAIL, lead=LeadFactory(first_inquiry_at=NOW))
    deliver_due(NOW)
    enrollment = enrolled(EMAIL, key="other")
    Lead.objects.filter(pk=other.lead_id).update(merged_into=enrollment.lead)
    deliver_due(later(hours=1))
    assert (len(mail.outbox), due_times()) == (1, [later(days=7)])


def test_mails_that_are_sent_again_by_hand_count_for_the_week(enrolled, limits):
    limits(person_week=2)
    enrollment = enrolled(EMAIL, WAIT, EMAIL)
    step = enrollment.sequence.steps.first()
    for number in range(2, 6):
        failed = Touch.objects.create(
            enrollment=enrollment, step=step, round=number, kind="email", state=TouchState.FAILED, due_at=NOW
        )
        send_again(touch=failed, now=NOW)
    deliver_due(NOW)
    assert (len(mail.outbox), due_times()) == (2, [later(days=7)] * 3)


@pytest.mark.parametrize(
    ("limit", "opens"),
    [
        ({"mailbox_hour": 3}, later(hours=1)),
        ({"mailbox_day": 3}, later(days=1)),
        ({"mailbox_hour": 3, "mailbox_day": 4}, later(hours=1)),
        ({"domain_hour": 3}, later(hours=1)),
    ],
)
def test_mailbox_or_domain_that_is_full_opens_again(make_sequence, limits, limit, opens):
    limits(**limit)
    make_sequence(EMAIL)
    for number in range(5):
        LeadFactory(email=f"pat{number}@one.example")
    enroll_waiting(now=NOW)
    deliver_due(NOW)
    assert len(mail.outbox) == 3
    assert all(opens <= due <= opens + timedelta(hours=1) for due in due_times())
    deliver_due(opens + timedelta(hours=1))
    expected = 4 if limit.get("mailbox_day") == 4 else 5
    assert (len(mail.outbox), Touch.objects.filter(state=TouchState.PLANNED).count()) == (expected, 5 - expected)


def test_hour_is_any_sixty_minutes(make_sequence, limits):
    limits(mailbox_hour=2)
    make_sequence(EMAIL)
    sent = []
    for minute in (0, 50, 59, 61, 111):
        LeadFactory()
        enroll_waiting(now=later(minutes=minute))
        Touch.objects.filter(state=TouchState.PLANNED).update(due_at=later(minutes=minute))
        deliver_due(later(minutes=minute))
        sent.append(len(mail.outbox))
    assert sent == [1, 2, 2, 3, 4]


def test_each_mailbox_and_each_domain_has_a_count_of_its_own(make_sequence, limits):
    limits(mailbox_hour=2, domain_hour=2)
    make_sequence(EMAIL, sender="Ada <ada@ripen.example>")
    for number in range(4):
        LeadFactory(email=f"pat{number}@one.example")
        LeadFactory(email=f"kim{number}@two.example")
    enroll_waiting(now=NOW)
    deliver_due(NOW)
    assert (len(mail.outbox), mails_from("ada@ripen.example")) == (2, 2)
    SendingLimits.objects.update(mailbox_hour=None)
    Touch.objects.filter(state=TouchState.PLANNED).update(due_at=NOW)
    deliver_due(NOW)
    recipients = sorted(message.to[0].rpartition("@")[2] for message in mail.outbox)
    assert recipients == ["one.example", "one.example", "two.example", "two.example"]


def test_no_limit_lets_everything_through(make_sequence, limits):
    limits()
    make_sequence(EMAIL)
    LeadFactory.create_batch(25)
    enroll_waiting(now=NOW)
    assert set(deliver_due(NOW).values()) == {TouchState.SENT}
    assert (len(mail.outbox), Touch.objects.exclude(mailbox="ripen@localhost").count()) == (25, 0)


@pytest.mark.parametrize("field", list(NO_LIMITS))
def test_a_limit_of_nothing_is_refused_by_the_database(limits, field):
    with pytest.raises(IntegrityError), transaction.atomic():
        limits(**{field: 0})


def test_sequences_take_turns(make_sequence):
    make_sequence(EMAIL)
    LeadFactory.create_batch(30)
    enroll_waiting(now=NOW)
    make_sequence(EMAIL, key="other", priority=9)
    LeadFactory.create_batch(4)
    enroll_waiting(now=later(minutes=1))
    claims = claim_due(now=later(minutes=2), limit=10)
    keys = Touch.objects.filter(pk__in=[claim.touch_id for claim in claims]).values_list(
        "step__sequence__key", flat=True
    )
    assert (len(claims), list(keys).count("other")) == (10, 4)


def test_one_touch_that_is_gone_does_not_hold_up_its_bundle(make_sequence):
    make_sequence(EMAIL)
    LeadFactory.create_batch(3)
    enroll_waiting(now=NOW)
    first, *others = claim_due(now=NOW)
    Touch.objects.filter(pk=first.touch_id).update(state=TouchState.CANCELLED)
    missing = Claim(999_999, first.token)
    states = deliver_all(claims=[missing, first, *others], clock=lambda: NOW)
    assert states == {999_999: "", first.touch_id: ""} | {claim.touch_id: TouchState.SENT for claim in others}
