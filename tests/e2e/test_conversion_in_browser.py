"""A rep converts leads in Chromium: looks at what is offered, what would change and what stays behind, and confirms."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from crm.accounts.models import Account
from crm.fields.definitions import by_key, definitions
from crm.fields.services.values import begin_with, values_of_one
from crm.opportunities.models import Opportunity, PipelineStage, StageDemand
from leads.models import Conversion, Lead, Provenance, Stage
from leads.services.lifecycle import accept_lead
from leads.services.qualification import give_answers
from tests.e2e.test_whole_job_in_browser import log_in
from tests.factories import NOW, AccountFactory, ContactFactory, CustomFieldFactory, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rep(transactional_db: None, defaults: Any) -> Any:
    return UserFactory(first_name="Rita", last_name="Reed")


@pytest.fixture
def visit(page: Page, live_server: Any, rep: Any) -> Any:
    """Opens a path as the rep; a script error fails the test."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    log_in(page, live_server.url, rep)
    yield lambda path: page.goto(live_server.url + path)
    assert errors == []


@pytest.fixture
def lead(rep: Any) -> Lead:
    """Ready to convert. Its segment has a target, its remark has none."""
    segment = CustomFieldFactory(record_kind="account", key="segment", label="Segment")
    CustomFieldFactory(key="segment", label="Segment", target=segment)
    CustomFieldFactory(key="remark", label="Remark")
    person = {"first_name": "Ada", "last_name": "Lovelace", "job_title": "Countess", "city": "Leeds"}
    return ready(rep, company="Lovelace Ltd", email="ada@lovelace.example", known=True, **person)


def ready(rep: Any, *, known: bool = False, **fields: Any) -> Lead:
    lead = LeadFactory(**fields)
    if known:
        found = by_key(definitions("lead", user=None))
        begin_with(record=lead, values={found["segment"]: "Enterprise", found["remark"]: "Met in Bath"})
    give_answers(lead=lead, answers=QUALIFYING, provenance=Provenance.FORM, now=NOW)
    return accept_lead(lead=Lead.objects.get(pk=lead.pk), by=rep, now=NOW)


def known_of(record: Any) -> dict[str, Any]:
    found = values_of_one(record, definitions(record._meta.model_name, user=None))
    return {field.key: value for field, value in found.items()}


def test_rep_converts_into_what_is_there_and_sees_before_what_changes(page, visit, rep, lead):
    account = AccountFactory(name="Lovelace Limited", domain="lovelace.example", owner=rep)
    ContactFactory(account=account, first_name="Ada", last_name="", email="ada@lovelace.example", owner=rep)
    visit(lead.get_absolute_url())
    page.get_by_role("link", name="Convert").click()
    chosen = page.locator(".choices").nth(0).locator("label.choice", has=page.locator("input:checked"))
    expect(chosen).to_contain_text("Lovelace Limited")
    for text in ("City", "Leeds", "Segment", "Enterprise"):
        expect(chosen).to_contain_text(text)
    expect(page.get_by_role("group", name="Contact")).to_contain_text("Countess")
    goes = page.get_by_role("region", name="What goes where")
    expect(goes).to_contain_text("Remark: No field of account, contact or opportunity takes it over.")
    expect(page.get_by_role("region", name="Ready to convert?")).to_contain_text("Budget")
    page.get_by_role("textbox", name="Name").fill("Engines for Leeds")
    page.get_by_label("Amount").fill("12500")
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Engines for Leeds")
    conversion = Conversion.objects.get()
    assert (conversion.account, conversion.matched_contact, conversion.by) == (account, True, rep)
    assert (Account.objects.count(), Opportunity.objects.get().amount) == (1, 12500)
    page.get_by_role("link", name="Lovelace Limited").first.click()
    expect(page.get_by_role("region", name="Also known")).to_contain_text("Enterprise")
    assert known_of(account) == {"segment": "Enterprise"}
    visit(f"{lead.get_absolute_url()}convert/")
    expect(page.get_by_text(re.compile("converted by Rita Reed"))).to_be_visible()


def test_opportunity_is_left_out_only_with_a_reason(page, visit, rep, lead):
    account = AccountFactory(domain="lovelace.example", owner=rep)
    ContactFactory(account=account, email="ada@lovelace.example", owner=rep)
    visit(f"{lead.get_absolute_url()}convert/")
    page.get_by_label(re.compile("without a new opportunity")).check()
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_text("Say why there is no opportunity.")).to_be_visible()
    assert not Conversion.objects.exists()
    page.get_by_label("Why is there no opportunity?").fill("They have a running project")
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(str(account))
    assert Conversion.objects.get().skip_reason == "They have a running project"


def test_what_is_new_cannot_be_converted_without_an_opportunity(page, visit, lead):
    visit(f"{lead.get_absolute_url()}convert/")
    expect(page.get_by_role("group", name="Opportunity").get_by_role("radio")).to_have_count(1)


def test_lead_that_is_not_ready_needs_a_manager_with_a_reason(page, visit, live_server, rep):
    lead = accept_lead(lead=LeadFactory(), by=rep, now=NOW)
    visit(f"{lead.get_absolute_url()}convert/")
    expect(page.get_by_role("button", name="Convert")).to_have_count(0)
    log_in(page, live_server.url, UserFactory(sales_manager=True))
    visit(f"{lead.get_absolute_url()}convert/")
    page.get_by_label("Convert although it is not ready, because").fill("The owner is a friend")
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(lead.company)
    assert Conversion.objects.get().override_reason == "The owner is a friend"


def test_ticked_leads_are_converted_together_with_a_result_each(page, visit, rep):
    done, fresh = ready(rep, last_name="Ready"), LeadFactory(last_name="Fresh", owner=rep)
    visit("/leads/")
    for lead in (done, fresh):
        page.get_by_role("row", name=re.compile(lead.last_name)).get_by_role("checkbox").check()
    page.get_by_text("With the chosen ones").click()
    page.get_by_role("button", name="Convert").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Pat Ready")
    expect(main).to_contain_text("Accept the lead first: it is unqualified.")
    assert [conversion.lead for conversion in Conversion.objects.all()] == [done]
    assert Lead.objects.get(pk=fresh.pk).stage == Stage.UNQUALIFIED


def test_custom_field_is_edited_filtered_and_asked_for_by_a_stage(page, visit, rep, lead):
    months = CustomFieldFactory(record_kind="opportunity", key="months", label="Months", kind="number", listed=True)
    StageDemand.objects.create(stage=PipelineStage.objects.get(name="Proposal"), custom_field=months)
    visit(f"{lead.get_absolute_url()}convert/")
    page.get_by_role("button", name="Convert").click()
    page.get_by_role("link", name=re.compile("Proposal")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Months").fill("24")
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_role("region", name="Also known")).to_contain_text("24")
    deal = Opportunity.objects.get()
    assert (deal.stage.name, known_of(deal)) == ("Proposal", {"months": "24"})
    visit("/opportunities/")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Months from").fill("36")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("No opportunity is like that")).to_be_visible()
    expect(page).to_have_url(re.compile("custom_months_min=36"))
    visit("/opportunities/?custom_months_min=12&sort=-custom_months")
    expect(page.get_by_role("row", name=re.compile("Lovelace"))).to_contain_text("24")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_with_custom_fields_are_accessible_and_fit_a_phone(browser, live_server, rep, lead, theme):
    context = browser.new_context(color_scheme=theme, bypass_csp=True, viewport={"width": 360, "height": 800})
    page = context.new_page()
    log_in(page, live_server.url, rep)
    page_of_lead = lead.get_absolute_url()
    for path in (page_of_lead, f"{page_of_lead}edit/", f"{page_of_lead}convert/", "/leads/?custom_remark=bath"):
        page.goto(live_server.url + path)
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    context.close()
