import uuid
from email.utils import parseaddr

import pytest
from django.core import mail

from crm.people.emails import InvalidEmail
from leads.models import Lead
from nurture.mail.senders import check_sender, read_reply_token, reply_token, sender_of
from nurture.models import Sequence, Touch, TouchState
from nurture.services.delivery import deliver
from nurture.services.dispatch import claim_due
from nurture.services.progress import touch_is_over
from tests.factories import NOW, LeadFactory, UserFactory
from tests.nurture.conftest import EMAIL

pytestmark = pytest.mark.django_db
AGAIN = EMAIL | {"subject": "And now?"}


def send_all():
    """Every mail that is due, one after the other."""
    while claims := claim_due(now=NOW):
        for claim in claims:
            deliver(touch_id=claim.touch_id, token=claim.token, now=NOW)
    return [message.message() for message in mail.outbox]


def test_each_mail_says_which_came_before(enrolled):
    enrolled(EMAIL, AGAIN, AGAIN)
    first, second, third = send_all()
    assert (first["In-Reply-To"], first["References"]) == (None, None)
    assert (second["In-Reply-To"], second["References"]) == (first["Message-ID"], first["Message-ID"])
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"].split() == [first["Message-ID"], second["Message-ID"]]
    assert [message["Subject"] for message in (first, second, third)] == ["Hello Pat", "And now?", "And now?"]


def test_re_is_only_where_the_step_continues_the_thread(enrolled):
    enrolled(EMAIL, AGAIN | {"continues_thread": True}, AGAIN | {"continues_thread": True}, AGAIN)
    subjects = [message["Subject"] for message in send_all()]
    assert subjects == ["Hello Pat", "Re: Hello Pat", "Re: Hello Pat", "And now?"]


def test_there_is_no_re_to_a_mail_that_was_not_sent(enrolled):
    enrollment = enrolled(EMAIL, AGAIN | {"continues_thread": True})
    Touch.objects.filter(enrollment=enrollment).update(state=TouchState.FAILED)
    touch_is_over(touch=enrollment.touches.get(), now=NOW)
    (message,) = send_all()
    assert (message["Subject"], message["In-Reply-To"]) == ("And now?", None)


def test_threads_of_two_enrollments_are_apart(enrolled):
    enrolled(EMAIL, AGAIN)
    enrolled(EMAIL, AGAIN, key="other")
    messages = send_all()
    before = {message["To"]: message["Message-ID"] for message in messages if message["Subject"] == "Hello Pat"}
    assert {m["To"]: m["In-Reply-To"] for m in messages if m["Subject"] == "And now?"} == before


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, '"Rita Reed" <rita@ripen.example>'),
        ({"first_name": 'Rita "R"', "last_name": "Ree\\d"}, '"Rita \\"R\\" Ree\\\\d" <rita@ripen.example>'),
        ({"first_name": "", "last_name": ""}, "rita@ripen.example"),
        ({"is_active": False}, "Ripen <hello@ripen.example>"),
    ],
)
def test_mail_comes_from_the_owner_where_the_sequence_says_so(fields, expected):
    owner = UserFactory(**({"first_name": "Rita", "last_name": "Reed", "email": "rita@ripen.example"} | fields))
    sequence = Sequence(sender="Ripen <hello@ripen.example>", from_owner=True)
    assert sender_of(sequence, LeadFactory(owner=owner)) == expected
    assert sender_of(sequence, LeadFactory()) == "Ripen <hello@ripen.example>"
    sequence.from_owner = False
    assert sender_of(sequence, LeadFactory(owner=owner)) == "Ripen <hello@ripen.example>"


def test_owners_name_is_the_sender_name_of_the_text(enrolled):
    owner = UserFactory(first_name="Rita", last_name="Reed", email="rita@ripen.example", phone="+1 555")
    body = "{{ sender_name }}, {{ owner_name }}, {{ owner_phone }}"
    enrolled(EMAIL | {"body": body}, lead=LeadFactory(owner=owner), from_owner=True)
    (message,) = send_all()
    assert parseaddr(message["From"]) == ("Rita Reed", "rita@ripen.example")
    assert mail.outbox[0].body.startswith("Rita Reed, Rita Reed, +1 555\n")


def test_owner_whose_name_breaks_the_header_is_refused(claimed):
    owner = UserFactory(first_name="Rita\r\nBcc: all@x.example", last_name="R")
    touch = claimed(EMAIL, lead=LeadFactory(owner=owner), from_owner=True)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == TouchState.FAILED
    assert mail.outbox == []


@pytest.mark.parametrize("value", ["Ada", "Ada <ada>", "a@b.example\nBcc: c@d.example", "Ada <a@b.example>\r\n", "<>"])
def test_sender_that_is_none_is_refused(value):
    with pytest.raises(InvalidEmail):
        check_sender(value)


@pytest.mark.parametrize("value", ["ada@b.example", "Ada King <ada@b.example>", '"King, Ada" <ada@b.example>'])
def test_sender_is_an_address_with_or_without_a_name(value):
    check_sender(value)


def test_answers_go_where_the_setting_says(enrolled, settings):
    settings.REPLY_TO = "replies+{token}@in.ripen.example"
    enrollment = enrolled(EMAIL)
    (message,) = send_all()
    local = message["Reply-To"].removesuffix("@in.ripen.example")
    assert len(local) <= 64
    assert read_reply_token(local.removeprefix("replies+").upper()) == enrollment.touches.get().uuid


def test_answers_go_to_the_sender_without_the_setting(enrolled):
    enrolled(EMAIL)
    assert send_all()[0]["Reply-To"] is None


def test_reply_token_cannot_be_made_up(settings):
    touch = uuid.uuid4()
    token = reply_token(touch)
    assert read_reply_token(token) == touch
    for wrong in (
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        uuid.uuid4().hex + token[32:],
        touch.hex,
        "",
        "x" * 48,
    ):
        assert read_reply_token(wrong) is None
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert read_reply_token(token) == touch
    settings.SECRET_KEY_FALLBACKS = []
    assert read_reply_token(token) is None


def test_leads_value_with_marks_and_signs_stays_literal_in_both_parts(enrolled):
    enrolled(EMAIL | {"body": "Hi {{ company }}"}, lead=LeadFactory(company="A & B (Sons), O'Hara"))
    send_all()
    assert mail.outbox[0].body.startswith("Hi A & B (Sons), O'Hara\n")
    assert "Hi A &amp; B (Sons), O'Hara" in mail.outbox[0].alternatives[0][0]
    assert Lead.objects.count() == 1
