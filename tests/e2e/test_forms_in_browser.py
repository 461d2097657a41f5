"""Inquiry forms in Chromium: several pages with and without script, in a frame of another site, with proof of work.
Pictures are left in var/pictures/."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from leads.models import CaughtSubmission, FormDay, Inquiry, InquiryForm
from scripts.common import ROOT
from tests.factories import RoutingRuleFactory, UserFactory
from tests.leads.forms.conftest import stepped

__all__ = ["stepped"]
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PICTURES = ROOT / "var" / "pictures"
WIDTHS = {"wide": (1440, 900), "narrow": (360, 800)}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of another site, and the folder of its pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", tmp_path
    server.shutdown()
    server.server_close()


def see(page: Page, name: str) -> None:
    """In both widths, light and dark, without a serious finding of axe."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, (w, h) in WIDTHS.items():
            page.set_viewport_size({"width": w, "height": h})
            page.screenshot(path=PICTURES / f"form-{name}-{width}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
    page.set_viewport_size({"width": 1440, "height": 900})


def test_several_pages_with_script(page, live_server, stepped):
    page.goto(f"{live_server.url}/f/contact-us/")
    important = page.get_by_role("group", name="How important is it to you?")
    expect(important).to_be_hidden()
    page.get_by_label("Replace a system we have").check()
    expect(important).to_be_visible()
    page.get_by_label("Start with something new").check()
    expect(important).to_be_hidden()
    page.get_by_label("Replace a system we have").check()
    page.get_by_label("We cannot go on without it").check()
    see(page, "first-page")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Plan")
    page.get_by_label("Within a month").check()
    see(page, "second-page")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail address").fill("no address")
    page.get_by_label("Company").fill("Söhne & Co")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("That is not an e-mail address")).to_be_visible()
    see(page, "error")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Within a month")).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Company")).to_have_value("Söhne & Co")
    page.get_by_label("E-mail address").fill("pat@company.example")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    see(page, "thanks")
    answers = {answer.question.key: answer.value for answer in Inquiry.objects.get().answers.all()}
    assert answers == {"need": "replace", "desire": "must", "time_frame": "month"}
    day = FormDay.objects.get()
    assert (day.views, day.starts) == (1, 1)


def test_several_pages_without_script(browser: Browser, live_server, stepped):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/f/contact-us/")
    expect(page.get_by_text("How important is it to you?")).to_be_hidden()
    page.get_by_label("Replace a system we have").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Important", exact=True).check()
    page.screenshot(path=PICTURES / "form-follow-up-without-script.png", full_page=True)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail address").fill("pat@company.example")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    answers = {answer.question.key: answer.value for answer in Inquiry.objects.get().answers.all()}
    assert answers == {"need": "replace", "desire": "important"}
    context.close()


def test_script_puts_the_form_into_another_site(page, live_server, site, defaults):
    """The frame is sent no cookie, fits its height, and tells where it was."""
    origin, folder = site
    InquiryForm.objects.update(allowed_sites=origin)
    RoutingRuleFactory(members=[UserFactory(booking_link="https://cal.example/rep")])
    source = f'<script src="{live_server.url}/f/contact-us/embed.js" async></script>'
    (folder / "offer.html").write_text(f"<!doctype html><html lang='en'><title>Offer</title><h1>Offer</h1>{source}")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{origin}/offer.html?utm_source=news&utm_campaign=spring")
    frame = page.frame_locator("iframe")
    frame.get_by_label("E-mail address").fill("pat@company.example")
    page.wait_for_function("document.querySelector('iframe').offsetHeight > 900")
    inner = frame.locator("html").evaluate("html => html.scrollHeight - innerHeight")
    assert inner <= 1
    page.set_viewport_size({"width": 1440, "height": 900})
    page.screenshot(path=PICTURES / "form-embedded.png", full_page=True)
    best = ("Start with something new", "Within a month", "5,000 to 25,000", "I decide", "We cannot go on without it")
    for label in best:
        frame.get_by_label(label, exact=True).check()
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_role("link", name="Book a meeting")).to_have_attribute("href", "https://cal.example/rep")
    inquiry = Inquiry.objects.get()
    assert (inquiry.via, inquiry.utm) == ("frame", {"utm_source": "news", "utm_campaign": "spring"})
    assert inquiry.landing_page == f"{origin}/offer.html?utm_source=news&utm_campaign=spring"
    assert (page.context.cookies(), errors) == ([], [])


def test_site_that_is_not_allowed_shows_no_form(page, live_server, site, defaults):
    origin, folder = site
    (folder / "x.html").write_text(f"<!doctype html><iframe src='{live_server.url}/f/contact-us/embed/'></iframe>")
    page.goto(f"{origin}/x.html")
    expect(page.frame_locator("iframe").get_by_label("E-mail address")).to_have_count(0)


def test_another_site_posts_json(page, live_server, site, defaults):
    origin, folder = site
    (folder / "own.html").write_text("<!doctype html><title>Own</title>")
    page.goto(f"{origin}/own.html")
    ask = """async (address) => {
        const { token } = await (await fetch(address)).json();
        const body = JSON.stringify({ token, email: "pat@company.example", answers: { need: "new" } });
        const headers = { "Content-Type": "application/json" };
        return (await fetch(address, { method: "POST", headers, body })).status;
    }"""
    address = f"{live_server.url}/api/forms/contact-us/"
    with pytest.raises(Exception, match="Failed to fetch"):
        page.evaluate(ask, address)
    InquiryForm.objects.update(allowed_sites=origin)
    assert page.evaluate(ask, address) == 201
    assert Inquiry.objects.get().via == "json"


def test_proof_of_work_is_solved_by_the_browser(page, live_server, defaults):
    InquiryForm.objects.update(proof_of_work=True)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/f/contact-us/")
    page.get_by_label("E-mail address").fill("pat@company.example")
    expect(page.locator("input[name=altcha]")).to_have_value(re.compile(".{100}"), timeout=60_000)
    see(page, "proof")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert (Inquiry.objects.count(), CaughtSubmission.objects.count(), messages) == (1, 0, [])


def test_form_with_proof_of_work_says_that_it_needs_script(browser: Browser, live_server, defaults):
    InquiryForm.objects.update(proof_of_work=True)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/f/contact-us/")
    expect(page.get_by_text("This form needs JavaScript")).to_be_visible()
    page.screenshot(path=PICTURES / "form-proof-without-script.png", full_page=True)
    context.close()


def test_admin_shows_forms_with_preview_and_codes(page, live_server, stepped):
    client = Client()
    client.force_login(UserFactory(marketing_manager=True))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"{live_server.url}/admin/leads/inquiryform/{stepped.pk}/change/")
    first = page.frame_locator("iframe").first
    expect(first.get_by_role("heading", level=1)).to_have_text("Tell us what you are looking for")
    page.get_by_label("Title", exact=False).first.fill("Typed just now")
    expect(first.get_by_role("heading", level=1)).to_have_text("Typed just now")
    page.screenshot(path=PICTURES / "form-admin.png", full_page=True)
    for tab in ("On your site", "Numbers", "Contact and consent"):
        page.get_by_text(tab, exact=True).click()
        page.screenshot(path=PICTURES / f"form-admin-{tab.split()[0].lower()}.png", full_page=True)
    page.set_viewport_size({"width": 360, "height": 800})
    page.screenshot(path=PICTURES / "form-admin-narrow.png")
    stepped.refresh_from_db()
    assert stepped.title == "Tell us what you are looking for"
