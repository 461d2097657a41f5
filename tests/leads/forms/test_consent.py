"""Consent by version, and double opt-in."""

import re

import pytest
from django.core import signing

from leads.confirming import confirmation_url
from leads.models import ConsentText, EmailConfirmation, Inquiry, InquiryForm, Lead
from nurture.models import Suppression, SuppressionKind, SuppressionReason
from nurture.reach import can_be_reached, email_obstacle
from nurture.services.confirming import send_confirmations
from tests.factories import NOW, LeadFactory
from tests.leads.forms.conftest import PERSON
from tests.leads.opened import opened


@pytest.fixture
def asks(defaults: InquiryForm) -> InquiryForm:
    defaults.double_opt_in = True
    defaults.save()
    return defaults


@pytest.fixture
def send(client, defaults):
    return lambda **data: client.post("/f/contact-us/", {"token": opened(defaults)} | PERSON | data)


def link(confirmation: EmailConfirmation) -> str:
    return confirmation_url(confirmation).removeprefix("http://localhost:8000")


def test_each_wording_that_somebody_agreed_to_is_a_version(send, defaults):
    send(consent="on")
    send(consent="on")
    InquiryForm.objects.update(consent_text="New wording")
    send(consent="on")
    send()
    assert [inquiry.consent and inquiry.consent.version for inquiry in Inquiry.objects.all()] == [1, 1, 2, None]
    with pytest.raises(TypeError):
        ConsentText.objects.first().save()


def test_nobody_agrees_to_a_text_they_have_not_seen(client, defaults):
    token = opened(defaults)
    InquiryForm.objects.update(consent_text="Something else altogether")
    page = client.post("/f/contact-us/", PERSON | {"token": token, "consent": "on"})
    view = page.context["view"]
    assert (page.status_code, list(view.fields.errors), view.fields["consent"].value()) == (422, ["consent"], False)
    assert Inquiry.objects.count() == 0
    assert client.post("/f/contact-us/", PERSON | {"token": view.token, "consent": "on"}).status_code == 302
    assert Inquiry.objects.get().consent.text == "Something else altogether"


def test_address_is_asked_and_gets_no_marketing_mail_until_it_is_confirmed(client, send, asks, mailoutbox):
    send(first_name="Buy at evil.example", company="Evil Ltd")
    lead = Lead.objects.get()
    assert (email_obstacle(lead), Lead.objects.filter(can_be_reached()).count()) == ("unconfirmed", 0)
    assert send_confirmations(now=Inquiry.objects.get().received_at) == 1
    (mail,) = mailoutbox
    assert mail.to == ["pat@company.example"]
    assert re.findall("evil", f"{mail.subject} {mail.body} {mail.from_email}", re.I) == []
    page = link(EmailConfirmation.objects.get())
    assert page in mail.body
    for look in (client.get, client.head):
        assert look(page).status_code == 200
    assert Lead.objects.get().email_unconfirmed
    for _ in range(2):
        assert client.post(page).status_code == 200
    lead.refresh_from_db()
    assert (email_obstacle(lead), Lead.objects.filter(can_be_reached()).count()) == ("", 1)
    assert EmailConfirmation.objects.get().ip == "127.0.0.1"


def test_confirmation_is_sent_once(send, asks, mailoutbox):
    send()
    now = Inquiry.objects.get().received_at
    assert [send_confirmations(now=now) for _ in range(3)] == [1, 0, 0]
    assert len(mailoutbox) == 1


def test_address_that_is_suppressed_is_not_asked(send, asks, mailoutbox):
    Suppression.objects.create(
        kind=SuppressionKind.EMAIL, key="pat@company.example", reason=SuppressionReason.BOUNCE, created_at=NOW
    )
    send()
    assert (send_confirmations(now=Inquiry.objects.get().received_at), mailoutbox) == (0, [])


def test_known_address_is_neither_asked_nor_put_in_doubt(send, asks):
    LeadFactory(email="pat@company.example")
    send()
    assert (EmailConfirmation.objects.count(), Lead.objects.get().email_unconfirmed) == (0, False)


def test_link_is_good_for_one_purpose_and_a_week(client, send, asks, time_machine):
    time_machine.move_to(NOW)
    send()
    confirmation = EmailConfirmation.objects.get()
    for token in ("x", confirmation.uuid.hex, signing.dumps(confirmation.uuid.hex, salt="leads.thanks")):
        assert client.post(f"/f/confirm/{token}/").status_code == 404
    page = link(confirmation)
    assert client.post(page.replace("/confirm/", "/thanks/")).status_code == 404
    time_machine.move_to(NOW.replace(day=NOW.day + 8))
    assert client.post(page).status_code == 404
    assert Lead.objects.get().email_unconfirmed


def test_confirming_one_address_does_not_confirm_another(client, send, asks):
    send()
    Lead.objects.update(email="other@company.example", email_key="other@company.example")
    client.post(link(EmailConfirmation.objects.get()))
    assert Lead.objects.get().email_unconfirmed
