"""What was reported of mails, and what follows: never by the order in which it comes."""

import random
from datetime import timedelta

import pytest
from django.db import transaction

from leads.models import Lead
from nurture.inbound.events import Reported, take_event
from nurture.inbound.receiving import receive
from nurture.models import Enrollment, MailEvent, Suppression, Touch
from nurture.services.dispatch import claim_due
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL, later
from tests.nurture.letters import answer, bounce, complaint

pytestmark = pytest.mark.django_db


def report(touch, kind, *, id="1", at=NOW, address=None, message_id=None, **fields):
    """By Message-ID, as a provider would."""
    return Reported(
        provider="test",
        event_id=id,
        kind=kind,
        addresses=(touch.recipient,) if address is None else tuple(filter(None, [address])),
        at=at,
        message_id=f"<{touch.uuid}@ripen.example>" if message_id is None else message_id,
        **fields,
    )


def suppressions():
    return list(Suppression.objects.values_list("key", "reason", "created_at"))


@pytest.mark.parametrize(
    ("kind", "reason", "exit_reason"),
    [
        ("hard_bounce", "bounce", "bounced"),
        ("complaint", "complaint", "opted_out"),
        ("unsubscribed", "opt_out", "opted_out"),
    ],
)
def test_what_is_for_good_suppresses_at_once_and_says_since_when(sent, kind, reason, exit_reason):
    touch = sent()
    take_event(report(touch, kind, detail="550 5.1.1"), now=later(hours=1))
    touch.enrollment.refresh_from_db()
    assert suppressions() == [(touch.recipient, reason, NOW)]
    assert (touch.enrollment.exit_reason, Suppression.objects.get().note) == (exit_reason, "550 5.1.1")


@pytest.mark.parametrize("kind", ["sent", "delivered", "deferred", "soft_bounce", "rejected"])
def test_the_rest_only_says_how_far_it_came(sent, kind):
    touch = sent()
    take_event(report(touch, kind), now=NOW)
    assert (suppressions(), touch.events.get().kind) == ([], kind)


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "somebody@else.example"},
        {"address": ""},
        {"message_id": "<0b8bbd3a-3d52-4a29-9a7e-7f4a1de2b111@ripen.example>"},
        {"message_id": "<no-uuid@ripen.example>"},
        {"message_id": ""},
    ],
)
def test_bounce_must_match_message_and_address(sent, wrong):
    touch = sent()
    other = LeadFactory(email="somebody@else.example")
    event = take_event(report(touch, "hard_bounce", **wrong), now=NOW)
    other.refresh_from_db()
    assert (event.touch, suppressions(), other.email_opt_out) == (None, [], False)


def test_event_for_a_mail_that_was_not_sent_yet_has_no_effect(enrolled):
    touch = enrolled(EMAIL).touches.get()
    event = take_event(report(touch, "hard_bounce", address=touch.enrollment.lead.email), now=NOW)
    assert (event.touch, suppressions()) == (None, [])


def test_event_of_a_former_address_leaves_the_lead_alone(sent):
    touch = sent()
    Lead.objects.filter(pk=touch.enrollment.lead_id).update(email="new@x.example", email_key="new@x.example")
    take_event(report(touch, "hard_bounce"), now=NOW)
    touch.enrollment.refresh_from_db()
    assert (suppressions(), touch.enrollment.state) == ([(touch.recipient, "bounce", NOW)], "active")


def test_replay_is_known(sent):
    touch = sent()
    first = take_event(report(touch, "delivered"), now=NOW)
    assert (first is None, take_event(report(touch, "hard_bounce"), now=NOW), suppressions()) == (False, None, [])


def test_event_of_the_future_happened_when_we_heard(sent):
    assert take_event(report(sent(), "delivered", at=later(days=400)), now=NOW).at == NOW


def soft(touch, days, id):
    take_event(report(touch, "soft_bounce", id=id, at=later(days=days)), now=later(days=90))


def test_three_mails_that_bounced_softly_within_thirty_days_suppress(sent):
    lead = LeadFactory()
    one = sent(EMAIL, EMAIL, EMAIL, EMAIL, lead=lead)
    others = []
    for step in list(one.enrollment.sequence.steps.all())[1:]:
        uuid_less = {"enrollment": one.enrollment, "step": step, "kind": "email", "state": "sent", "due_at": NOW}
        made, _ = Touch.objects.update_or_create(
            enrollment=one.enrollment,
            step=step,
            defaults=uuid_less | {"sent_at": NOW, "send_started_at": NOW, "recipient": one.recipient},
        )
        others.append(made)
    soft(one, 0, "1")
    soft(one, 1, "again, the same mail")
    soft(others[0], 20, "2")
    soft(others[1], 31, "3, too late for the first")
    assert suppressions() == []
    soft(others[2], 45, "4")
    assert suppressions() == [(one.recipient, "bounce", later(days=45))]


def test_mail_of_which_nobody_knew_is_settled_by_what_is_reported(sent):
    for kind, state in [("delivered", "sent"), ("rejected", "failed")]:
        touch = sent(key=kind)
        Touch.objects.filter(pk=touch.pk).update(state="unknown", sent_at=None)
        take_event(report(touch, kind, id=kind), now=NOW)
        touch.refresh_from_db()
        assert (touch.state, touch.sent_at) == (state, NOW if state == "sent" else None)


def everything():
    """What is left of it, by names that are the same in every run."""
    return (
        sorted(MailEvent.objects.values_list("event_id", "kind", "address", "at")),
        sorted(Suppression.objects.values_list("key", "reason", "created_at", "note")),
        sorted(Lead.objects.values_list("email", "email_opt_out", "stage")),
        sorted(Enrollment.objects.values_list("lead__email", "state", "exit_reason")),
        sorted(Touch.objects.values_list("enrollment__lead__email", "step__position", "state")),
    )


@pytest.mark.parametrize("seed", range(4))
def test_five_times_and_shuffled_ends_the_same(sent, seed):
    """The first kind of each lead is the earliest; all that follows contradicts it, and comes first in some orders."""
    kinds = ["delivered", "soft_bounce", "hard_bounce", "complaint", "unsubscribed", "deferred", "rejected", "sent"]
    reports = []
    for number in range(5):
        touch = sent(lead=LeadFactory(email=f"lead{number}@x.example"), key=f"key{number}")
        if number == 4:
            Touch.objects.filter(pk=touch.pk).update(state="unknown", sent_at=None)
        turned = kinds[number:] + kinds[:number]
        reports += [
            report(touch, kind, id=f"{number}:{kind}", at=NOW + timedelta(minutes=place), detail=kind)
            for place, kind in enumerate(turned)
        ]
    shuffled = random.Random(seed).sample(reports * 5, len(reports) * 5)
    ends = [what_is_left_of(order) for order in (reports, shuffled)]
    assert ends[0] == ends[1]
    assert {reason for _, reason, *_ in ends[0][1]} == {"bounce", "complaint", "opt_out"}


def what_is_left_of(order):
    """Then it is undone."""
    savepoint = transaction.savepoint()
    for each in order:
        take_event(each, now=later(days=1))
    left = everything()
    transaction.savepoint_rollback(savepoint)
    return left


def test_bounce_that_comes_as_a_mail_suppresses_and_is_on_the_leads_timeline(sent):
    touch = sent()
    mail = receive(bounce(touch), source="test", now=NOW)
    assert (mail.kind, mail.lead, mail.touch) == ("bounce", touch.enrollment.lead, touch)
    assert suppressions() == [(touch.recipient, "bounce", NOW)]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"status": "4.4.1", "action": "delayed"}, "deferred"),
        ({"status": "2.0.0", "action": "delivered"}, "delivered"),
        ({"status": "5.2.2", "said": "552 mailbox full"}, "soft_bounce"),
        ({"status": "5.7.1", "said": "550 blocked"}, "soft_bounce"),
        ({"status": "5.1.1"}, "hard_bounce"),
    ],
)
def test_delivery_reports_are_told_apart(sent, fields, kind):
    receive(bounce(sent(), **fields), source="test", now=NOW)
    assert MailEvent.objects.get().kind == kind


def test_bounce_mail_for_somebody_else_changes_nothing(sent):
    mail = receive(bounce(sent(), address="somebody@else.example"), source="test", now=NOW)
    assert (mail.kind, mail.lead, suppressions()) == ("bounce", None, [])


@pytest.mark.parametrize("address", ["", "the recipient's"])
def test_complaint_that_comes_as_a_mail_suppresses(sent, address):
    touch = sent()
    mail = receive(complaint(touch, address=address and touch.recipient), source="test", now=NOW)
    assert (mail.kind, [reason for _, reason, _ in suppressions()]) == ("complaint", ["complaint"])


def test_after_a_bounce_nothing_more_is_claimed(sent):
    receive(bounce(sent(EMAIL, EMAIL)), source="test", now=NOW)
    assert claim_due(now=later(days=30)) == []


def test_reply_to_a_bounced_mail_is_still_a_reply(sent):
    touch = sent()
    receive(bounce(touch), source="test", now=NOW)
    assert receive(answer(touch), source="test", now=NOW).kind == "reply"
