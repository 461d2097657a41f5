"""Who is known is never told, and asked less only behind a signed link from their own mailbox."""

from typing import Any

import pytest

from leads import thanks
from leads.known import known_lead, personal_url
from leads.models import Answer, Inquiry, InquiryForm, Lead
from leads.services.intake import Submission, take_inquiry
from tests.factories import NOW, LeadFactory
from tests.leads.forms.conftest import PERSON
from tests.leads.opened import opened

KNOWN = {"need": "replace", "desire": "must"}


@pytest.fixture
def lead(defaults: InquiryForm) -> Lead:
    said = Submission(channel="form", provenance="form", payload={}, answers=KNOWN, **PERSON)
    return take_inquiry(submission=said, now=NOW).lead


def blocks(response: Any) -> list[str]:
    return [field.name for block in response.context["view"].blocks for field in block.fields]


def test_signed_link_asks_only_what_is_unknown(client, defaults, lead):
    page = client.get(personal_url(defaults, lead).removeprefix("http://localhost:8000"))
    assert blocks(page) == ["phone", "answer-time_frame", "answer-budget", "answer-authority", "consent"]
    for value in PERSON.values():
        assert value not in page.content.decode()
    view = page.context["view"]
    done = client.post("/f/contact-us/", {"token": view.token, "answer-time_frame": "month", "answer-budget": "to_25k"})
    assert Inquiry.objects.latest("pk").lead == lead
    assert "We have what we need" in client.get(done.url).content.decode()
    assert Answer.objects.filter(lead=lead).count() == 4


def test_somebody_who_types_a_known_address_is_asked_everything(client, defaults, lead):
    page = client.get("/f/contact-us/", {"email": lead.email, "for": "made-up"})
    assert "answer-need" in blocks(page)
    assert "email" in blocks(page)


def test_link_for_another_address_or_of_long_ago_says_nothing(defaults, lead, time_machine):
    time_machine.move_to(NOW)
    token = personal_url(defaults, lead).partition("for=")[2].replace("%3A", ":")
    assert known_lead(token) == lead
    time_machine.move_to(NOW.replace(month=NOW.month + 2))
    assert known_lead(token) is None
    time_machine.move_to(NOW)
    Lead.objects.update(email_key="other@company.example")
    assert known_lead(token) is None


def test_link_of_a_merged_lead_leads_to_the_survivor(defaults, lead):
    survivor = LeadFactory(email="other@company.example")
    Lead.objects.filter(pk=lead.pk).update(merged_into=survivor)
    Lead.objects.filter(pk=survivor.pk).update(email_key=lead.email_key)
    token = personal_url(defaults, lead).partition("for=")[2].replace("%3A", ":")
    assert known_lead(token) == survivor


def test_qualified_page_does_not_reveal_a_known_person(client, defaults, lead):
    best = {"need": "replace", "desire": "must", "time_frame": "month", "budget": "to_25k", "authority": "decide"}
    answers = {f"answer-{key}": value for key, value in best.items()}
    pages = []
    for email in (lead.email, "nobody@company.example"):
        done = client.post("/f/contact-us/", PERSON | answers | {"email": email, "token": opened(defaults)})
        pages.append((done.status_code, client.get(done.url).content))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"need": "replace", "time_frame": "month"}, ["budget", "authority"]),
        ({"need": "replace", "time_frame": "month", "desire": "must"}, ["budget", "authority"]),
        ({"need": "replace"}, ["time_frame", "budget"]),
        ({"desire": "must", "budget": "to_25k"}, ["need", "time_frame"]),
        ({"need": "replace", "time_frame": "none", "budget": "none", "desire": "nice"}, []),
    ],
)
def test_thanks_ask_what_could_turn_the_decision(client, defaults, answers, asked):
    """Threshold 70: need 20 (a must), desire 15, time frame 30, budget 25, authority 20."""
    given = {f"answer-{key}": value for key, value in answers.items()}
    done = client.post("/f/contact-us/", PERSON | given | {"token": opened(defaults)})
    assert done.status_code == 302
    assert [question.key for question in thanks.next_step(Inquiry.objects.get()).questions] == asked
