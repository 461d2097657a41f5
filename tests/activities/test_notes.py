"""Notes: written on the page of a record, read on its timeline and on those of what a lead became."""

import pytest
from django.urls import reverse

from activities.models import Activity
from activities.services import add_note
from leads.models import Conversion
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.intake import take_inquiry
from leads.services.lifecycle import accept_lead
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING, submission  # noqa: F401

HX = {"HX-Request": "true"}


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def conversion(defaults, rep, submission) -> Conversion:  # noqa: F811
    lead = take_inquiry(submission=submission(answers=QUALIFYING, owner=rep), now=NOW).lead
    add_note(about=lead, body="Met at the fair", by=rep, now=NOW)
    return convert_lead(lead=accept_lead(lead=lead, by=rep, now=NOW), by=rep, now=NOW, choice=ConversionChoice())


def add(kind, record):
    return reverse("activities:add", args=[kind, record.pk])


KINDS = ["lead", "account", "contact", "opportunity"]


@pytest.mark.parametrize("kind", KINDS)
def test_note_is_on_the_timeline_of_its_record(as_rep, rep, conversion, kind):
    record = getattr(conversion, kind)
    page = reverse(f"{record._meta.app_label}:detail", args=[record.pk])
    assert as_rep.post(add(kind, record), {"body": " Call <b>again</b> "}).url == page
    note = Activity.objects.get(**{kind: record}, body="Call <b>again</b>")
    assert note.by == rep
    response = as_rep.get(page)
    assert response.context["timeline"][0].body == "Call <b>again</b>"
    assert "Call &lt;b&gt;again&lt;/b&gt;" in response.content.decode()


@pytest.mark.parametrize("kind", ["account", "contact", "opportunity"])
def test_what_a_lead_became_shows_its_notes_and_its_conversion(as_rep, conversion, kind):
    record = getattr(conversion, kind)
    page = as_rep.get(reverse(f"{record._meta.app_label}:detail", args=[record.pk]))
    assert {"note", "conversion"} <= {entry.kind for entry in page.context["timeline"]}
    assert "Met at the fair" in page.content.decode()
    assert conversion.lead.get_absolute_url() in page.content.decode()


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001])
@pytest.mark.parametrize("headers", [{}, HX])
def test_note_that_is_none_is_refused(as_rep, rep, body, headers):
    lead = LeadFactory(owner=rep)
    response = as_rep.post(add("lead", lead), {"body": body}, headers=headers)
    assert response.status_code == 422
    assert ("<html" in response.content.decode()) == (not headers)
    assert not Activity.objects.exists()


def test_note_by_htmx_swaps_the_record(as_rep, rep):
    lead = LeadFactory(owner=rep)
    response = as_rep.post(add("lead", lead), {"body": "Hello"}, headers=HX)
    assert '"target": "#record"' in response.headers["HX-Location"]


@pytest.mark.parametrize("factory", [LeadFactory, AccountFactory])
@pytest.mark.parametrize("method", ["get", "post"])
def test_note_about_somebody_elses_record_is_as_if_it_were_not_there(as_rep, factory, method):
    record = factory(owner=UserFactory())
    kind = record._meta.model_name
    call = getattr(as_rep, method)
    missing = call(reverse("activities:add", args=[kind, 999_999]), {"body": "x"}).status_code
    assert call(add(kind, record), {"body": "x"}).status_code == missing
    assert missing == {"get": 405, "post": 404}[method]


def test_note_about_no_kind_of_record_is_404(as_rep, rep):
    assert as_rep.post(reverse("activities:add", args=["user", rep.pk]), {"body": "x"}).status_code == 404


def test_note_of_a_lead_that_one_may_not_see_stays_hidden(client, conversion, rep):
    other = UserFactory()
    contact = ContactFactory(account=conversion.account, owner=other)
    conversion.opportunity.owner = other
    conversion.opportunity.save()
    client.force_login(other)
    page = client.get(reverse("accounts:detail", args=[conversion.account_id]))
    assert page.status_code == 200
    assert "Met at the fair" not in page.content.decode()
    assert conversion.lead.get_absolute_url() not in page.content.decode()
    assert str(contact) in page.content.decode()
