"""From the inquiry form to the won deal: pages, a worker and beat process, a broker, a mail server."""

import json
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.opportunities.models import Opportunity, Status
from crm.opportunities.services import win_opportunity
from leads.models import Conversion, InquiryForm, Lead, Question, Stage
from nurture.models import Enrollment, Sequence
from tests.factories import RoutingRuleFactory, UserFactory
from tests.leads.opened import opened
from tests.nurture.conftest import EMAIL
from tests.nurture.processes import WORKER, Ledger, celery, mail_server, wait_for

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

QUALIFYING = {
    "answer-need": "new",
    "answer-desire": "must",
    "answer-time_frame": "month",
    "answer-budget": "to_25k",
    "answer-authority": "decide",
}


@pytest.fixture
def mails(tmp_path: Path, db: None) -> Iterator[Ledger]:
    """Worker and beat are running; what they send arrives here."""
    with mail_server() as (ledger, email_url):
        own = {"EMAIL_URL": email_url, "NURTURE_SWEEP_SECONDS": "1"}
        beat = ("--pidfile=", "-s", str(tmp_path / "schedule"))
        with (
            celery("worker", *WORKER, log=tmp_path / "worker.log", **own),
            celery("beat", *beat, log=tmp_path / "beat.log", **own),
        ):
            yield ledger


@pytest.fixture
def form(defaults: InquiryForm) -> InquiryForm:
    return defaults


@pytest.fixture
def sequence(make_sequence: Callable[..., Sequence], form: InquiryForm) -> Sequence:
    """Two mails without a wait between them."""
    asks = {question.key: question for question in Question.objects.all()}
    return make_sequence(EMAIL | {"question": asks["time_frame"]}, EMAIL | {"question": asks["budget"]})


@pytest.fixture
def rep(db: None) -> Any:
    rep = UserFactory(booking_link="https://cal.example/rep")
    RoutingRuleFactory(members=[rep])
    return rep


def inquire(form: InquiryForm, **answers: str) -> Lead:
    person = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@lovelace.example", "company": "Lovelace Ltd"}
    response = Client().post(form.get_absolute_url(), person | answers | {"token": opened(form)})
    assert response.status_code == 302
    return Lead.objects.get()


def accept_convert_and_win(lead: Lead, rep: Any) -> None:
    browser = Client()
    browser.force_login(rep)
    assert browser.post(reverse("leads:accept", args=[lead.pk])).status_code == 302
    page = browser.get(reverse("leads:convert", args=[lead.pk]))
    chosen = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    assert browser.post(reverse("leads:convert", args=[lead.pk]), chosen).status_code == 302
    opportunity = Opportunity.objects.get()
    assert (Conversion.objects.get().opportunity, opportunity.path) == (opportunity, Lead.objects.get().path)
    win_opportunity(opportunity=opportunity, by=rep, now=timezone.now())
    assert Opportunity.objects.get().status == Status.WON


def won_by_path() -> dict[str, tuple[int, int]]:
    said = StringIO()
    call_command("report", "close-rates", "--by", "path", "--format", "json", stdout=said)
    return {row["key"]: (row["leads"], row["won"]) for row in json.loads(said.getvalue())["rows"] if row["leads"]}


def choose(mail: Any, answer: str) -> str:
    """Where the mail's link with this answer leads."""
    text = mail.get_body(("plain",)).get_content()
    (url,) = re.findall(rf"^{answer}: (\S+)", text, re.M)
    return url.removeprefix("http://localhost:8000")


def test_unqualified_lead_ripens_by_two_mails_and_is_won_as_nurtured(mails, sequence, form, rep):
    lead = inquire(form, **{"answer-need": "new"})
    assert (lead.stage, lead.path) == (Stage.UNQUALIFIED, "")
    wait_for(lambda: len(mails.mails) == 2)
    first, second = mails.mails
    assert [mail["To"] for mail in mails.mails] == ["ada@lovelace.example"] * 2
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    prospect = Client()
    prospect.post(choose(first, "Within a month"), {"answer-time_frame": "month"})
    assert Lead.objects.get().stage == Stage.UNQUALIFIED
    page = prospect.post(
        choose(second, "5,000 to 25,000"),
        {"answer-budget": "to_25k", "answer-desire": "must", "answer-authority": "decide"},
        follow=True,
    )
    assert b"https://cal.example/rep" in page.content
    lead = Lead.objects.get()
    assert (lead.stage, lead.path, lead.owner, lead.is_prospect) == (Stage.MQL, "nurtured", rep, True)
    assert Enrollment.objects.get().touches.count() == len(mails.mails) == 2

    accept_convert_and_win(lead, rep)
    assert won_by_path() == {"nurtured": (1, 1)}


def test_self_qualified_lead_goes_straight_to_sales_and_gets_no_mail(mails, sequence, form, rep):
    lead = inquire(form, **QUALIFYING)
    assert (lead.stage, lead.path, lead.owner) == (Stage.MQL, "self_qualified", rep)
    accept_convert_and_win(lead, rep)
    assert won_by_path() == {"self_qualified": (1, 1)}
    assert (Enrollment.objects.count(), mails.mails) == (0, [])
