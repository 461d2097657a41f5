"""What only a browser can tell: keys, dialogs, accessibility, nothing wider than a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from crm.outbox.models import StoredEmail
from leads.services.intake import Submission, take_inquiry
from tests.factories import LeadFactory, RoutingRuleFactory, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

QUALIFYING = {"need": "replace", "desire": "must", "time_frame": "month", "budget": "to_25k", "authority": "decide"}
THEMES = ["light", "dark"]


@pytest.fixture
def rep(transactional_db, defaults):
    user = UserFactory(booking_link="https://calendar.example/rep")
    RoutingRuleFactory(members=[user])
    person = {"first_name": "Pat", "last_name": "First", "email": "pat@company.example"}
    take_inquiry(
        submission=Submission(channel="form", provenance="form", payload={}, answers=QUALIFYING, **person),
        now=timezone.now(),
    )
    LeadFactory(first_name="Zoe", last_name="Quill", owner=user)
    return user


@pytest.fixture
def visit(page, live_server, rep):
    """Opens a path as the rep; any script error fails the test."""
    client = Client()
    client.force_login(rep)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield lambda path: page.goto(live_server.url + path)
    assert errors == []


def serious_findings(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['target']}" for v in found if v["impact"] in ("serious", "critical") for n in v["nodes"]]


@pytest.mark.parametrize("theme", THEMES)
def test_pages_are_accessible(browser, live_server, rep, theme):
    StoredEmail.objects.create(message_id="<1@x>", subject="Offer", text="Hi", html="<p>Hi</p>", sent_at=timezone.now())
    client = Client()
    client.force_login(UserFactory(administrator=True))
    # The checker is a script of its own: only here the page's policy is switched off.
    context = browser.new_context(color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    findings = {}
    for path in ("/accounts/login/", "/accounts/password/reset/", "/f/contact-us/"):
        page.goto(live_server.url + path)
        findings[path] = serious_findings(page)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([session])
    mail = StoredEmail.objects.get()
    for path in ("/", "/search/?q=zoe", "/outbox/", f"/outbox/{mail.pk}/", "/accounts/password/change/", "/no-page/"):
        page.goto(live_server.url + path)
        findings[path] = serious_findings(page)
    context.close()
    assert {path: found for path, found in findings.items() if found} == {}


@pytest.mark.parametrize("path", ["/", "/search/?q=zoe", "/f/contact-us/", "/leads/"])
def test_page_is_not_wider_than_a_phone(page, visit, path):
    page.set_viewport_size({"width": 360, "height": 740})
    visit(path)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_search_by_keys(page, visit):
    visit("/")
    page.keyboard.press("/")
    page.keyboard.type("zoe")
    expect(page.get_by_role("option", name="Zoe Quill")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/*/")
    expect(page.get_by_role("heading", name="Zoe Quill", level=1)).to_be_visible()


def test_one_key_opens_the_next_thing_to_do(page, visit):
    visit("/")
    page.keyboard.press("n")
    page.wait_for_url("**/leads/*/")
    expect(page.get_by_role("heading", name="Pat First", level=1)).to_be_visible()


def test_keys_are_text_while_typing(page, visit):
    visit("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("n?g")
    assert page.locator("#search-field").input_value() == "n?g"
    assert not page.locator("#keyboard-help").is_visible()


def test_appearance_is_remembered_without_a_flash(page, visit):
    page.emulate_media(color_scheme="light")
    visit("/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "light"
    page.locator(".user-button").click()
    page.get_by_role("button", name="Dark").click()
    visit("/search/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 20, 22)"


def test_menu_opens_on_a_phone(page, visit):
    page.set_viewport_size({"width": 360, "height": 740})
    visit("/")
    page.get_by_role("button", name="Open the menu").click()
    page.get_by_role("link", name="Leads", exact=True).click()
    page.wait_for_url("**/leads/")


def test_inquiry_without_script_up_to_the_calendar(browser, live_server, rep):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + "/f/contact-us/")
    page.get_by_label("E-mail address").fill("no address")
    page.get_by_label("Company").fill("Söhne & Co")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("That is not an e-mail address")).to_be_visible()
    expect(page.get_by_label("Company")).to_have_value("Söhne & Co")
    page.get_by_label("E-mail address").fill("new@company.example")
    page.get_by_label("Replace a system we have").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_label("Within a month").check()
    page.get_by_label("5,000 to 25,000", exact=True).check()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_role("link", name="Book a meeting")).to_have_attribute("href", "https://calendar.example/rep")
    context.close()


def test_mail_runs_no_script_and_its_links_open_elsewhere(page, defaults, live_server, context):
    html = '<p id="p">Hi</p><script>document.body.textContent="run"</script><a href="/f/contact-us/">Form</a>'
    mail = StoredEmail.objects.create(message_id="<1@x>", subject="Offer", html=html, sent_at=timezone.now())
    client = Client()
    client.force_login(UserFactory(administrator=True))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page.goto(f"{live_server.url}/outbox/{mail.pk}/")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#p")).to_have_text("Hi")
    with context.expect_page() as opened:
        frame.get_by_role("link", name="Form").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Tell us what you are looking for")
