import smtplib
from datetime import timedelta

import pytest
from django.urls import reverse

from leads.models import Question
from nurture.inbound.receiving import attach, receive
from nurture.models import (
    CallOutcome,
    CallTask,
    Click,
    ClickOn,
    Enrollment,
    InboundMail,
    MachineSign,
    MailEvent,
    Touch,
    TrackedLink,
    Variant,
    Verdict,
)
from nurture.services.answering import answer_by_link
from nurture.services.calls import record_call
from nurture.services.delivery import deliver
from nurture.services.dispatch import sweep
from nurture.services.suppression import suppress, unsubscribe
from nurture.statistics.steps import figures_of
from tests.factories import NOW, LeadFactory, UserFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later
from tests.nurture.letters import answer, bounce
from tests.nurture.test_delivery import server_answers as server_answers

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def run(now):
    for claim in sweep(now=now):
        deliver(touch_id=claim.touch_id, token=claim.token, now=now)


def counts(sequence, *names):
    return [{name: one.count(name) for name in names} for one in figures_of(sequence)]


def take(letter, at):
    receive(letter, source="test", now=at)


def test_each_thing_is_counted_at_its_step(make_sequence, defaults):
    asks = EMAIL | {"question": Question.objects.get(key="need")}
    sequence = make_sequence(asks, WAIT, EMAIL, CALL)
    LeadFactory.create_batch(6, phone=PHONE)
    run(NOW)
    first = list(Touch.objects.order_by("pk").select_related("enrollment__lead", "step"))
    answer_by_link(touch=first[0], answers={"need": "new"}, now=NOW + MINUTE)
    unsubscribe(touch=first[1], now=NOW + MINUTE)
    take(bounce(first[2]), NOW + MINUTE)
    link = TrackedLink.objects.create(target="https://example.com/")
    for verdict in (Verdict.HUMAN, Verdict.HUMAN, Verdict.MACHINE):
        sign = MachineSign.AGENT if verdict == Verdict.MACHINE else ""
        Click.objects.create(touch=first[3], on=ClickOn.LINK, link=link, at=NOW + MINUTE, verdict=verdict, sign=sign)
    head = {"verdict": Verdict.MACHINE, "sign": MachineSign.HEAD}
    Click.objects.create(touch=first[4], on=ClickOn.LINK, link=link, at=NOW + MINUTE, **head)
    run(later(days=4))
    second = Touch.objects.get(enrollment=first[3].enrollment, step__position=2)
    take(answer(second), later(days=4, hours=1))
    names = ("planned", "sent", "delivered", "bounced", "clicks", "answers", "replies", "opted_out")
    assert counts(sequence, *names)[:2] == [
        dict(zip(names, (6, 6, 5, 1, 1, 1, 0, 1), strict=True)),
        dict(zip(names, (4, 4, 4, 0, 0, 0, 1, 0), strict=True)),
    ]


def test_bounces_are_what_was_reported_of_the_mail_whatever_became_of_the_enrollment(make_sequence):
    sequence = make_sequence(EMAIL)
    LeadFactory.create_batch(5)
    run(NOW)
    hard, soft, arrived_after_all, other, _ = Touch.objects.order_by("pk").select_related("enrollment__lead")
    assert Enrollment.objects.active().count() == 0  # the mail was the last step
    for touch in (soft, arrived_after_all):
        take(bounce(touch, status="4.2.2", said="452 mailbox full"), NOW + MINUTE)
    take(bounce(arrived_after_all, action="delivered", status="2.0.0", said="250 ok"), NOW + 2 * MINUTE)
    take(bounce(hard), NOW + MINUTE)
    take(bounce(hard, status="4.2.2", said="452 mailbox full"), NOW + MINUTE)
    # An address that bounced elsewhere: this mail did not.
    suppress(kind="email", key=other.recipient, reason="bounce", now=NOW + MINUTE)
    names = ("sent", "delivered", "bounced", "bounced_for_now")
    assert counts(sequence, *names) == [dict(zip(names, (5, 3, 1, 1), strict=True))]


def test_address_that_the_mail_server_does_not_know_is_a_bounce(make_sequence, server_answers):
    sequence = make_sequence(EMAIL)
    lead = LeadFactory()
    server_answers(smtplib.SMTPRecipientsRefused({lead.email: (550, b"5.1.1 no such user")}))
    run(NOW)
    names = ("planned", "sent", "delivered", "bounced", "trouble")
    assert counts(sequence, *names) == [dict(zip(names, (1, 0, 0, 1, 1), strict=True))]
    event = MailEvent.objects.get()
    assert (event.provider, event.kind, event.address) == ("smtp", "hard_bounce", lead.email)


def test_replies_opt_outs_and_qualifying_count_after_the_last_step_too(make_sequence, defaults):
    sequence = make_sequence(EMAIL | {"question": Question.objects.get(key="need")})
    LeadFactory.create_batch(4)
    run(NOW)
    replied, out, qualified, given = Touch.objects.order_by("pk").select_related("enrollment__lead", "step")
    at = later(days=2)
    take(answer(replied), at)
    take(answer(replied, "And another thing.", subject="Automatic reply: Hello"), at)
    unsubscribe(touch=out, now=at)
    answers = {"need": "new", "desire": "must", "time_frame": "month", "budget": "to_25k", "authority": "decide"}
    answer_by_link(touch=qualified, answers=answers, now=at)
    take(answer(), at)
    by = UserFactory(marketing_manager=True)
    attach(mail=InboundMail.objects.get(kind="unmatched"), lead=given.enrollment.lead, by=by, now=at)
    names = ("replies", "opted_out", "qualified", "answers")
    assert counts(sequence, *names) == [dict(zip(names, (2, 1, 1, 1), strict=True))]


def test_what_a_lead_did_counts_at_its_last_touch_of_whatever_sequence(make_sequence):
    first, other = make_sequence(EMAIL, priority=2), make_sequence(EMAIL, key="other", priority=1)
    lead = LeadFactory()
    run(NOW)
    run(later(days=1))
    last = Touch.objects.get(enrollment__sequence=other)
    unsubscribe(touch=Touch.objects.get(enrollment__sequence=first), now=later(days=2))
    assert last.enrollment.lead == lead
    assert [counts(sequence, "opted_out") for sequence in (first, other)] == [[{"opted_out": 0}], [{"opted_out": 1}]]


def test_who_qualifies_on_the_phone_counts_at_the_call(make_sequence, defaults):
    sequence = make_sequence(EMAIL, CALL)
    LeadFactory(phone=PHONE, time_zone="America/New_York")
    run(NOW)
    answers = {"need": "new", "time_frame": "month", "budget": "to_25k"}
    at = later(hours=6)
    record_call(task=CallTask.objects.get(), outcome=CallOutcome.CONNECTED, by=UserFactory(), now=at, answers=answers)
    assert counts(sequence, "qualified", "reached", "sent") == [
        {"qualified": 0, "reached": 0, "sent": 1},
        {"qualified": 1, "reached": 1, "sent": 1},
    ]


def test_each_text_has_its_own_figures(make_sequence):
    sequence = make_sequence(EMAIL)
    Variant.objects.create(step=sequence.steps.get(), key="b", subject="Other", body="Other")
    LeadFactory.create_batch(20)
    run(NOW)
    own, other = figures_of(sequence)
    assert [(own.text, own.name), (other.text, other.name)] == [("a", "Hello {{ first_name }}"), ("b", "Other")]
    assert own.count("planned") + other.count("planned") == 20
    assert other.count("planned") == Touch.objects.filter(variant__key="b").count() > 0


def test_step_that_nobody_came_to_is_there(make_sequence):
    assert counts(make_sequence(EMAIL, WAIT, CALL), "planned", "sent") == [{"planned": 0, "sent": 0}] * 2


@pytest.mark.parametrize("leads", [1, 20])
def test_figures_query_count(make_sequence, leads, django_assert_num_queries):
    sequence = make_sequence(EMAIL, WAIT, EMAIL)
    LeadFactory.create_batch(leads)
    run(NOW)
    with django_assert_num_queries(3):
        figures_of(sequence)


def test_page_has_the_steps_and_the_hold_out(client, make_sequence, company):
    sequence = make_sequence(EMAIL, holdout_percent=50)
    LeadFactory.create_batch(12)
    client.force_login(UserFactory(marketing_manager=True))
    url = reverse("admin:nurture_sequence_figures", args=[sequence.pk])
    assert "No lead was ever held out" in client.get(url).content.decode()
    run(NOW)
    page = client.get(url).content.decode()
    assert "The report, with intervals and revenue" in page
    assert "Hello {{ first_name }}" in page
    assert "Automatic answers are not counted" in page
    client.force_login(UserFactory())
    assert client.get(url).status_code in (302, 403)
