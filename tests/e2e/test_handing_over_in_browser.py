"""A sales manager hands accounts over in Chromium: many from the list, one on its page."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from crm.accounts.models import Account
from crm.contacts.models import Contact
from tests.e2e.test_whole_job_in_browser import log_in
from tests.factories import AccountFactory, ContactFactory, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager(transactional_db: None, defaults: Any) -> Any:
    rita, _ = UserFactory(first_name="Rita", last_name="Reed"), UserFactory(first_name="Sam", last_name="Sharp")
    for name in ("Ada Engines", "Babbage Ltd", "Curie Labs"):
        AccountFactory(name=name, owner=rita)
    ContactFactory(account=Account.objects.get(name="Ada Engines"), owner=rita)
    return UserFactory(first_name="Mia", sales_manager=True)


def owners() -> dict[str, str]:
    return {account.name: str(account.owner) for account in Account.objects.select_related("owner")}


def test_many_from_the_list_and_one_on_its_page(page: Page, live_server: Any, manager: Any) -> None:
    log_in(page, live_server.url, manager)
    page.goto(f"{live_server.url}/accounts/")
    for name in ("Ada Engines", "Babbage Ltd"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_text("With the chosen ones").click()
    page.get_by_label("Why").fill("Rita moved to Leeds")
    page.get_by_role("button", name="Hand over").click()
    assert page.get_by_label("Hand to").evaluate("field => field.validity.valueMissing")
    page.get_by_label("Hand to").select_option(label="Sam Sharp")
    page.get_by_label("Their contacts of the same owner too").check()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("2 handed over, with 1 contact.")).to_be_visible()
    assert owners() == {"Ada Engines": "Sam Sharp", "Babbage Ltd": "Sam Sharp", "Curie Labs": "Rita Reed"}
    page.get_by_role("link", name="Ada Engines").click()
    page.get_by_role("link", name="Hand over").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="To").select_option(label="Mia Example")
    dialog.get_by_label("Why").fill("Too big for one")
    dialog.get_by_label("Its 1 contact of Sam Sharp too").check()
    dialog.get_by_role("button", name="Hand over").click()
    story = page.locator("#record")
    expect(story).to_contain_text("Handed over to Mia Example")
    expect(story).to_contain_text("From Rita Reed. Rita moved to Leeds")
    assert owners()["Ada Engines"] == "Mia Example"
    assert str(Contact.objects.get().owner) == "Mia Example"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_list_and_dialog_are_accessible_and_fit_a_phone(
    browser: Any, live_server: Any, manager: Any, theme: Any
) -> None:
    context = browser.new_context(color_scheme=theme, bypass_csp=True, viewport={"width": 360, "height": 800})
    page = context.new_page()
    log_in(page, live_server.url, manager)
    account = Account.objects.get(name="Ada Engines")
    for path in (
        "/accounts/",
        "/contacts/",
        "/opportunities/",
        account.get_absolute_url(),
        f"{account.get_absolute_url()}owner/",
    ):
        page.goto(live_server.url + path)
        if path == "/accounts/":
            page.get_by_text("With the chosen ones").click()
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    context.close()
