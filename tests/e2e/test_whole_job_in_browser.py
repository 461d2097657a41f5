"""A prospect, a rep and a manager do the whole job in Chromium, while a real worker and beat run the nurture schedule.
Pictures of each step are left in var/pictures/."""

import json
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from crm.opportunities.models import Opportunity, Status
from crm.outbox.models import StoredEmail
from leads.models import Lead, Question, Stage
from scripts.common import ROOT
from tests.factories import RoutingRuleFactory, UserFactory
from tests.nurture.conftest import EMAIL
from tests.nurture.processes import WORKER, celery, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.services, pytest.mark.django_db(transaction=True)]

PICTURES = ROOT / "var" / "pictures"


@pytest.fixture
def schedule(tmp_path: Path, transactional_db: None) -> Iterator[None]:
    """A worker and beat, whose mails are stored and read in the browser."""
    own = {"NURTURE_SWEEP_SECONDS": "1", "EMAIL_BACKEND": "crm.outbox.backends.StoredEmailBackend"}
    beat = ("--pidfile=", "-s", str(tmp_path / "schedule"))
    with (
        celery("worker", *WORKER, log=tmp_path / "worker.log", **own),
        celery("beat", *beat, log=tmp_path / "beat.log", **own),
    ):
        yield


@pytest.fixture
def rep(defaults: Any) -> Any:
    rep = UserFactory(first_name="Rita", last_name="Reed", booking_link="https://cal.example/rep")
    RoutingRuleFactory(members=[rep], name="Everybody in turn")
    return rep


@pytest.fixture
def sequence(make_sequence: Callable[..., Any], defaults: Any) -> Any:
    asks = {question.key: question for question in Question.objects.all()}
    return make_sequence(EMAIL | {"question": asks["time_frame"]}, EMAIL | {"question": asks["budget"]})


@pytest.fixture
def see(page: Page) -> Iterator[Callable[[str], None]]:
    """see(name) keeps a picture of the page; an error of a script fails the test."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_viewport_size({"width": 1440, "height": 900})
    PICTURES.mkdir(parents=True, exist_ok=True)
    yield lambda name: page.screenshot(path=PICTURES / f"{name}.png", full_page=True) and None
    assert errors == []


def log_in(page: Page, url: str, user: Any) -> None:
    browser = Client()
    browser.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": url}])


def inquire(page: Page, url: str, *answers: str) -> None:
    page.goto(f"{url}/f/contact-us/")
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Lovelace")
    page.get_by_role("textbox", name="E-mail").fill("ada@lovelace.example")
    page.get_by_label("Company").fill("Lovelace Ltd")
    for answer in answers:
        page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("thank", re.I))


def answer_by_mail(page: Page, url: str, mail: StoredEmail, answer: str) -> None:
    """Opens the link that the mail gives this answer; nothing happens until the button is pressed."""
    (link,) = re.findall(rf"^{answer}: (\S+)", mail.text, re.M)
    page.goto(url + link.removeprefix("http://localhost:8000"))
    expect(page.get_by_label(answer, exact=True)).to_be_checked()


def accept_and_convert(page: Page, url: str, see: Callable[[str], None], picture: str) -> None:
    page.goto(url)
    see(f"{picture}-today")
    page.get_by_role("link", name=re.compile("Ada Lovelace")).first.click()
    see(f"{picture}-lead")
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("link", name="Convert").click()
    expect(page.get_by_label("Name")).to_have_value("Lovelace Ltd: Start with something new")
    see(f"{picture}-convert")
    page.get_by_role("button", name="Convert").click()


def win(page: Page, see: Callable[[str], None], picture: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Lovelace Ltd: Start with something new")
    page.get_by_role("link", name="Won").click()
    dialog = page.get_by_role("dialog")
    see(f"{picture}-win")
    dialog.get_by_role("button", name="Won").click()
    expect(page.get_by_text(re.compile("^Won")).first).to_be_visible()
    wait_for(lambda: Opportunity.objects.get().status == Status.WON)
    page.wait_for_load_state("networkidle")
    see(f"{picture}-won")


def won_by_path() -> dict[str, tuple[int, int]]:
    said = StringIO()
    call_command("report", "close-rates", "--by", "path", "--format", "json", stdout=said)
    return {row["key"]: (row["leads"], row["won"]) for row in json.loads(said.getvalue())["rows"] if row["leads"]}


def test_unqualified_lead_ripens_and_is_won_in_the_browser(page, live_server, schedule, sequence, rep, see):
    inquire(page, live_server.url, "Start with something new")
    see("nurtured-thanks")
    assert Lead.objects.get().stage == Stage.UNQUALIFIED
    wait_for(lambda: StoredEmail.objects.count() == 2)

    log_in(page, live_server.url, UserFactory(administrator=True))
    page.goto(f"{live_server.url}/outbox/")
    see("nurtured-outbox")
    page.get_by_role("link", name=re.compile("Hello Ada")).first.click()
    see("nurtured-mail")
    page.context.clear_cookies()

    first, second = StoredEmail.objects.order_by("pk")
    answer_by_mail(page, live_server.url, first, "Within a month")
    see("nurtured-answer")
    page.get_by_role("button", name="Send my answer").click()
    answer_by_mail(page, live_server.url, second, "5,000 to 25,000")
    page.get_by_label("We cannot go on without it", exact=True).check()
    page.get_by_label("I decide", exact=True).check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("link", name=re.compile("meeting|time|book", re.I))).to_have_attribute(
        "href", "https://cal.example/rep"
    )
    see("nurtured-qualified")

    log_in(page, live_server.url, rep)
    accept_and_convert(page, live_server.url, see, "nurtured")
    win(page, see, "nurtured")
    assert won_by_path() == {"nurtured": (1, 1)}
    page.goto(f"{live_server.url}/reports/close-rates/")
    see("nurtured-report")
    expect(page.get_by_role("table").first).to_contain_text("Nurtured")


def test_self_qualified_lead_is_won_in_the_browser(page, live_server, rep, see):
    everything = ("Start with something new", "Within a month", "5,000 to 25,000", "I decide")
    inquire(page, live_server.url, *everything, "We cannot go on without it")
    see("self-qualified-thanks")
    log_in(page, live_server.url, rep)
    accept_and_convert(page, live_server.url, see, "self-qualified")
    win(page, see, "self-qualified")
    assert won_by_path() == {"self_qualified": (1, 1)}
