"""One timeline that follows a person from inquiry to renewal, through merge and conversion, without copies."""

from datetime import timedelta

import pytest
from django.urls import reverse

from activities.models import Activity
from activities.services import add_note, log_activity
from crm.opportunities.services import open_opportunity, win_opportunity
from crm.web.timeline import SHOWN
from leads.models import Inquiry
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.intake import take_inquiry
from leads.services.lifecycle import accept_lead
from leads.services.merging import merge_leads
from tests.factories import NOW, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING, submission  # noqa: F401


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


def page(client, record, **query):
    return client.get(reverse(f"{record._meta.app_label}:detail", args=[record.pk], query=query))


def bodies(response, kind="note"):
    return {entry.body for entry in response.context["timeline"] if entry.kind == kind}


@pytest.fixture
def customer(defaults, rep, submission):  # noqa: F811
    """Merged with a duplicate, converted, won, and bought again: with a note at each step."""
    lead = take_inquiry(submission=submission(answers=QUALIFYING, owner=rep), now=NOW).lead
    duplicate = LeadFactory(owner=rep)
    add_note(about=duplicate, body="as the duplicate", by=rep, now=NOW)
    merge_leads(survivor=lead, duplicate=duplicate, by=rep, now=NOW)
    add_note(about=lead, body="as the lead", by=rep, now=NOW)
    lead.refresh_from_db()
    lead = accept_lead(lead=lead, by=rep, now=NOW)
    conversion = convert_lead(lead=lead, by=rep, now=NOW, choice=ConversionChoice())
    add_note(about=conversion.opportunity, body="on the deal", by=rep, now=NOW)
    win_opportunity(opportunity=conversion.opportunity, by=rep, now=NOW + timedelta(days=9))
    add_note(about=conversion.contact, body="on the contact", by=rep, now=NOW)
    renewal = open_opportunity(
        name="Renewal", account=conversion.account, contact=conversion.contact, by=rep, now=NOW + timedelta(days=365),
        owner=rep, close_date=(NOW + timedelta(days=400)).date(),
    )  # fmt: skip
    add_note(about=renewal, body="on the renewal", by=rep, now=NOW + timedelta(days=366))
    return conversion


ALL = {"as the duplicate", "as the lead", "on the deal", "on the contact", "on the renewal"}


def test_lead_and_contact_tell_the_whole_story(as_rep, customer):
    count = Activity.objects.count()
    assert bodies(page(as_rep, customer.lead)) == ALL
    found = page(as_rep, customer.contact)
    assert bodies(found) == ALL
    kinds = {entry.kind for entry in found.context["timeline"]}
    assert {"inquiry", "answer", "stage", "merge", "assignment", "conversion", "note"} >= kinds
    assert {"inquiry", "answer", "stage", "merge", "conversion"} <= kinds
    assert Activity.objects.count() == count


def test_account_tells_of_all_and_opportunity_of_what_led_to_it(as_rep, customer):
    assert bodies(page(as_rep, customer.account)) == ALL
    assert bodies(page(as_rep, customer.opportunity)) == ALL - {"on the contact", "on the renewal"}


def test_newest_is_first(as_rep, customer):
    times = [entry.at for entry in page(as_rep, customer.contact).context["timeline"]]
    assert times == sorted(times, reverse=True)


def test_what_one_may_not_see_is_not_told(client, customer):
    """A colleague owns the renewal, so they see account and contact; the lead and the first deal are not theirs."""
    colleague = UserFactory()
    renewal = customer.contact.opportunities.get(name="Renewal")
    renewal.owner = colleague
    renewal.save()
    client.force_login(colleague)
    for record in (customer.account, customer.contact):
        found = page(client, record)
        assert found.status_code == 200
        assert bodies(found) == {"on the contact", "on the renewal"}
        assert not {"inquiry", "answer", "merge"} & {entry.kind for entry in found.context["timeline"]}


def test_one_kind_is_shown_alone(as_rep, rep, customer):
    log_activity(about=customer.contact, kind="call", body="Rang", minutes=5, by=rep, now=NOW)
    found = page(as_rep, customer.contact, show="call")
    assert [entry.body for entry in found.context["timeline"]] == ["Rang"]
    assert page(as_rep, customer.contact, show="x'--").context["story"].kind == ""


def test_long_timelines_are_paged_without_gaps(as_rep, rep):
    lead = LeadFactory(owner=rep)
    for n in range(SHOWN + 5):
        add_note(about=lead, body=f"Note {n}", by=rep, now=NOW)  # all at the same moment
    first, second = page(as_rep, lead), page(as_rep, lead, page=2)
    assert (first.context["story"].older, second.context["story"].older) == (2, 0)
    told = [entry.body for found in (first, second) for entry in found.context["timeline"]]
    assert told == [f"Note {n}" for n in reversed(range(SHOWN + 5))]


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "٢"])
def test_page_that_is_none_is_no_error(as_rep, rep, number):
    assert page(as_rep, LeadFactory(owner=rep), page=number).status_code == 200


@pytest.mark.parametrize("kind", ["lead", "contact", "account", "opportunity"])
def test_timeline_takes_one_query_and_one_for_each_kind_on_it(as_rep, rep, customer, kind, django_assert_num_queries):
    from django.test import RequestFactory

    from crm.web.timeline import timeline

    request = RequestFactory().get("/", {"show": "note"})
    request.user = rep
    for n in range(30):
        add_note(about=customer.lead, body=f"Note {n}", by=rep, now=NOW)
    with django_assert_num_queries(2):
        assert len(timeline(request, getattr(customer, kind)).entries) > 30


def test_nothing_is_copied_by_conversion(customer):
    assert Inquiry.objects.filter(lead=customer.lead).count() == 1
