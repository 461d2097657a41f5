"""The inquiry form and its thank-you page, as a stranger and as an attacker meets them."""

import re
from typing import Any

import pytest
from django.core import signing

from crm.people.models import User
from leads import thanks
from leads.models import Answer, FormQuestion, Inquiry, InquiryForm, Lead, Question, QuestionKind, Stage
from leads.services.intake import Submission, take_inquiry
from tests.factories import NOW, RoutingRuleFactory, SourceFactory, UserFactory
from tests.leads.opened import opened

QUALIFYING = {
    "answer-need": "replace",
    "answer-desire": "must",
    "answer-time_frame": "month",
    "answer-budget": "to_25k",
    "answer-authority": "decide",
}
PERSON = {"first_name": "Pat", "last_name": "Doe", "email": "pat@company.example", "company": "Company"}
NAUGHTY = [
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% load ui %}",
    "'; DROP TABLE leads_lead;--",
    "=HYPERLINK(1)",
    "Łukasz 李雷 مرحبا 🏳️‍🌈",
    "\u202ereversed",
    "O'Brien & Söhne",
]


@pytest.fixture
def rep(db: None) -> User:
    user = UserFactory(booking_link="https://calendar.example/rep")
    RoutingRuleFactory(members=[user])
    return user


@pytest.fixture
def send(client: Any, defaults: InquiryForm) -> Any:
    def send(data: dict[str, Any], **extra: Any) -> Any:
        return client.post(defaults.get_absolute_url(), {"token": opened(defaults), **data}, **extra)

    return send


def errors_of(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 422
    view = response.context.get("view")
    return dict(view.fields.errors if view else response.context["form"].errors)


def test_form_works_without_login_and_script(client, defaults):
    response = client.get(defaults.get_absolute_url())
    html = response.content.decode()
    assert response.status_code == 200
    assert [src for src in re.findall(r"<script[^>]*>", html) if not re.search("theme|form", src)] == []
    assert response.cookies == {}
    assert html.count('type="radio"') == 21


def test_inquiry_is_kept_and_the_lead_created(client, send, defaults):
    source = SourceFactory()
    InquiryForm.objects.update(source=source)
    page = client.get(
        "/f/contact-us/?utm_source=news&utm_medium=mail&other=1", headers={"referer": "https://search.example/"}
    )
    response = send(PERSON | {"answer-need": "new", "consent": "on", "token": page.context["view"].token})
    inquiry = Inquiry.objects.get()
    assert response.status_code == 302
    assert inquiry.payload == PERSON | {"answer-need": "new", "consent": True}
    assert (inquiry.form, inquiry.source, inquiry.consent_text) == (defaults, source, defaults.consent_text)
    assert (inquiry.consent.text, inquiry.consent.version, inquiry.via) == (defaults.consent_text, 1, "page")
    assert inquiry.landing_page == "http://testserver/f/contact-us/?utm_source=news&utm_medium=mail&other=1"
    assert (inquiry.referrer, inquiry.utm) == ("https://search.example/", {"utm_source": "news", "utm_medium": "mail"})
    assert (inquiry.lead.email, inquiry.lead.source, inquiry.ip) == ("pat@company.example", source, "127.0.0.1")
    assert [(a.question.key, a.value, a.provenance) for a in Answer.objects.all()] == [("need", "new", "form")]


def test_consent_is_not_assumed(send):
    send(PERSON)
    assert Inquiry.objects.get().consent_text == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b@c.example"}, "email"),
        ({"email": "pat@company.example\r\nBcc: x@evil.example"}, "email"),
        ({"email": "a" * 250 + "@company.example"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "1" * 39}, "phone"),
        ({"first_name": "x" * 101}, "first_name"),
        ({"company": "nul \x00 byte"}, "company"),
        ({"answer-need": "anything"}, "answer-need"),
        ({"answer-need": ["new", "bogus"]}, "answer-need"),
        ({"answer-budgetary": "new"}, "__all__"),
    ],
)
def test_impossible_value_is_an_error_at_its_field(send, change, field):
    response = send(PERSON | change)
    assert list(errors_of(response)) == [field]
    assert (Lead.objects.count(), Inquiry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (QuestionKind.NUMBER, "many"),
        (QuestionKind.NUMBER, "1e400"),
        (QuestionKind.MONEY, "-5"),
        (QuestionKind.MONEY, "NaN"),
        (QuestionKind.DATE, "2026-02-30"),
        (QuestionKind.BOOLEAN, "maybe"),
        (QuestionKind.TEXT, "x" * 5001),
        (QuestionKind.CHOICES, ["a", "bogus"]),
    ],
)
def test_impossible_answer_is_an_error_at_its_question(send, defaults, kind, value):
    question = Question.objects.create(key="extra", text="Extra?", kind=kind, dimension="fit")
    question.choices.create(value="a", label="A")
    FormQuestion.objects.create(form=defaults, question=question)
    assert list(errors_of(send(PERSON | {"answer-extra": value}))) == ["answer-extra"]
    assert Inquiry.objects.count() == 0


def test_required_question_is_asked_for(send, defaults):
    FormQuestion.objects.filter(question__key="need").update(required=True)
    assert list(errors_of(send(PERSON))) == ["answer-need"]


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_typed_text_stays_in_the_form_as_text(send, text):
    html = send({"first_name": text, "company": text, "email": "no address", "answer-need": "new"}).content.decode()
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;")
    assert html.count(f'value="{escaped}"') == 2
    assert re.search(r'value="new"[^>]*checked', html)


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_any_text_is_stored_as_it_was_typed(send, text):
    assert send(PERSON | {"first_name": text, "company": text}).status_code == 302
    lead = Lead.objects.get()
    assert (lead.first_name, lead.company, lead.inquiries.get().payload["company"]) == (text, text, text)


def test_form_takes_nothing_else_from_the_request(send):
    other = UserFactory()
    forged = {"owner": other.pk, "stage": "mql", "score": "100", "path": "self_qualified", "id": "7", "lead": "7"}
    send(PERSON | forged | {"email_opt_out": "on", "first_inquiry_at": "2020-01-01", "source": "1", "external_id": "x"})
    lead = Lead.objects.get()
    assert (lead.owner, lead.stage, lead.score, lead.path, lead.source) == (None, Stage.UNQUALIFIED, 0, "", None)
    assert lead.first_inquiry_at.year >= 2026
    assert (lead.inquiries.get().payload, lead.inquiries.get().external_id) == (PERSON, "")


def test_robot_that_fills_the_trap_gets_thanks_and_leaves_nothing(send, client):
    response = send(PERSON | {"fax_number": "123"})
    assert (response.status_code, Inquiry.objects.count()) == (302, 0)
    assert "Thank you" in client.get(response.headers["Location"]).content.decode()


def test_form_that_is_switched_off_is_not_there(client, defaults):
    InquiryForm.objects.update(active=False)
    assert client.get(defaults.get_absolute_url()).status_code == 404
    assert client.post(defaults.get_absolute_url(), PERSON).status_code == 404
    assert client.get("/api/forms/contact-us/").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, defaults, method):
    assert getattr(client, method)(defaults.get_absolute_url()).status_code == 405


def test_get_and_head_change_nothing(client, send):
    thanks_page = send(PERSON).headers["Location"]
    for path in ("/f/contact-us/", thanks_page):
        client.get(path, {"answer-need": "replace"})
        client.head(path)
    assert (Inquiry.objects.count(), Answer.objects.count()) == (1, 0)


def test_qualified_prospect_is_offered_the_reps_calendar(send, client, rep):
    html = client.get(send(PERSON | QUALIFYING).headers["Location"]).content.decode()
    assert (Lead.objects.get().stage, Lead.objects.get().owner) == (Stage.MQL, rep)
    assert 'href="https://calendar.example/rep"' in html
    assert "<form" not in html


def test_missing_answers_are_asked_for_and_qualify_at_once(send, client, rep):
    given = {key: QUALIFYING[key] for key in ("answer-desire", "answer-budget")}
    page = send(PERSON | given).headers["Location"]
    asked = client.get(page).context["step"].questions
    assert [question.key for question in asked] == ["need", "time_frame"]
    response = client.post(page, {"answer-need": "replace", "answer-time_frame": "month"}, follow=True)
    assert "https://calendar.example/rep" in response.content.decode()
    lead = Lead.objects.get()
    assert (lead.stage, lead.path, lead.owner) == (Stage.MQL, "self_qualified", rep)
    assert {answer.inquiry_id for answer in lead.answers.all()} == {lead.inquiries.get().pk}


def test_who_cannot_qualify_any_more_is_asked_nothing(send, client):
    response = client.get(send(PERSON | {"answer-need": "looking"}).headers["Location"])
    assert response.context["step"].questions == ()


def test_impossible_answer_on_the_thank_you_page_is_an_error_at_its_question(send, client):
    page = send(PERSON).headers["Location"]
    response = client.post(page, {"answer-need": "bogus"})
    assert list(errors_of(response)) == ["answer-need"]
    assert Answer.objects.count() == 0


def test_thank_you_page_takes_no_answer_that_it_did_not_ask(send, client):
    page = send(PERSON).headers["Location"]
    client.post(page, QUALIFYING)
    assert {answer.question.key for answer in Answer.objects.all()} == {"need", "time_frame"}


@pytest.mark.parametrize("answers", [{}, {"need": "replace"}, {k.partition("-")[2]: v for k, v in QUALIFYING.items()}])
def test_thank_you_page_does_not_reveal_a_known_person(send, client, rep, answers):
    """The same page for an unknown address and for one that is known with any answers."""
    known = Submission(channel="form", provenance="form", payload={}, answers=answers, email="known@company.example")
    take_inquiry(submission=known, now=NOW)
    pages = [
        client.get(send(PERSON | {"email": email, "answer-desire": "must"}).headers["Location"]).content.decode()
        for email in ("known@company.example", "unknown@company.example")
    ]
    assert pages[0] == pages[1]


def test_made_up_token_is_404_and_changes_nothing(client, send):
    send(PERSON)
    signed_for_something_else = signing.dumps(Inquiry.objects.get().pk, salt="other")
    for token in ("x", "1", "MQ:1uabcd:forged", signed_for_something_else):
        assert client.get(f"/f/thanks/{token}/").status_code == 404
        assert client.post(f"/f/thanks/{token}/", QUALIFYING).status_code == 404
    assert Answer.objects.count() == 0


def test_every_edit_of_a_token_is_404(client, send):
    send(PERSON)
    token = thanks.token_for(Inquiry.objects.get(), form=InquiryForm.objects.get())
    for position in range(len(token)):
        swapped = "A" if token[position] != "A" else "B"
        edited = token[:position] + swapped + token[position + 1 :]
        assert client.get(f"/f/thanks/{edited}/").status_code == 404, edited


def test_token_expires(client, send, time_machine):
    time_machine.move_to(NOW)
    page = send(PERSON).headers["Location"]
    time_machine.move_to(NOW.replace(day=NOW.day + 6))
    assert client.get(page).status_code == 200
    time_machine.move_to(NOW.replace(day=NOW.day + 8))
    assert client.get(page).status_code == 404


def test_form_query_count(client, defaults, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get(defaults.get_absolute_url())


def test_thank_you_page_query_count(client, send, rep, django_assert_max_num_queries):
    page = send(PERSON).headers["Location"]
    with django_assert_max_num_queries(8):
        client.get(page)
