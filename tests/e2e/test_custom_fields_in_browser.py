"""Marketing defines a field of accounts in Chromium; a rep fills it in, filters by it and takes it away as JSON."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.fields.models import CustomField
from tests.e2e.test_whole_job_in_browser import log_in
from tests.factories import AccountFactory, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def define(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/fields/customfield/add/")
    page.locator("#id_record_kind").select_option("account")
    page.locator("#id_label").fill("Support level")
    for name in ("required", "listed"):
        page.locator(f"#id_{name}").check()
    page.locator("#id_marketing_managers_see").uncheck()
    for place, label in enumerate(["Gold, 24/7", "Silver"]):
        page.get_by_text("Add another Choice").click()
        page.locator(f"#id_choices-{place}-label").fill(label)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()


def test_field_is_defined_filled_in_filtered_by_and_exported(
    page: Page, live_server: Any, transactional_db: None, defaults: Any
) -> None:
    rep = UserFactory(first_name="Rita", last_name="Reed")
    ada, _ = AccountFactory(name="Ada Engines", owner=rep), AccountFactory(name="Babbage Ltd", owner=rep)
    log_in(page, live_server.url, UserFactory(marketing_manager=True))
    define(page, live_server.url)
    field = CustomField.objects.get()
    assert (field.key, [choice.value for choice in field.choices.all()]) == ("support_level", ["gold_247", "silver"])
    page.context.clear_cookies()
    log_in(page, live_server.url, rep)
    page.goto(f"{live_server.url}{ada.get_absolute_url()}edit/")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("Support level").evaluate("field => field.validity.valueMissing")
    page.get_by_label("Support level").select_option(label="Gold, 24/7")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#record")).to_contain_text("Gold, 24/7")
    page.goto(f"{live_server.url}/accounts/")
    expect(page.get_by_role("columnheader", name="Support level")).to_be_visible()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Support level").select_option(label="Gold, 24/7")
    expect(page.get_by_text("Babbage Ltd")).to_be_hidden()
    expect(page.get_by_role("link", name="Ada Engines")).to_be_visible()
    assert "custom_support_level=gold_247" in page.url
    query = page.url.partition("?")[2]
    (row,) = page.request.get(f"{live_server.url}/accounts/export/?format=json&{query}").json()
    assert (row["name"], row["custom"]) == ("Ada Engines", {"support_level": "gold_247"})
