"""Visits to named pages: without a name until somebody sends a form from that browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import CaughtSubmission, Engagement, Inquiry, Lead, NamedPage, PageVisit, Visitor
from leads.services.visits import MAX_VISITS, record_visit
from leads.tasks import forget
from tests.leads.forms.conftest import PERSON
from tests.leads.opened import opened

BROWSER, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def pricing(db):
    return NamedPage.objects.create(key="pricing", name="Pricing")


@pytest.fixture
def visit(client):
    return lambda visitor=BROWSER, page="pricing": client.post("/visits/", {"visitor": visitor, "page": page})


def send(client, form, visitor=BROWSER):
    page = client.get("/f/contact-us/", {"visitor": visitor})
    return client.post("/f/contact-us/", PERSON | {"token": page.context["view"].token})


def test_visits_become_the_leads_when_the_form_is_sent(client, defaults, pricing, visit):
    visit()
    visit(OTHER)
    assert (PageVisit.objects.count(), Engagement.objects.count()) == (2, 0)
    assert send(client, defaults).status_code == 302
    lead = Lead.objects.get()
    assert [(e.kind, e.page, e.lead) for e in Engagement.objects.all()] == [("visit", "pricing", lead)]
    assert [v.visitor.key for v in PageVisit.objects.all()] == [OTHER]


def test_later_visits_are_told_of_the_lead_at_once(client, defaults, pricing, visit):
    send(client, defaults)
    assert Visitor.objects.count() == 0  # nothing is kept for a form alone
    visit()
    send(client, defaults)
    tour = NamedPage.objects.create(key="tour", name="Tour")
    visit(page=tour.key)
    assert list(Engagement.objects.values_list("page", flat=True)) == ["pricing", "tour"]


def test_page_that_is_loaded_again_is_one_visit(client, defaults, pricing, visit):
    visit(), visit()
    assert PageVisit.objects.count() == 1
    send(client, defaults)
    visit(), visit()
    assert Engagement.objects.count() == 1


def test_second_person_at_the_same_browser_does_not_take_the_visits_over(client, defaults, pricing, visit):
    visit()
    send(client, defaults)
    page = client.get("/f/contact-us/", {"visitor": BROWSER})
    client.post("/f/contact-us/", {"email": "other@company.example", "token": page.context["view"].token})
    assert {engagement.lead.email for engagement in Engagement.objects.all()} == {"pat@company.example"}


@pytest.mark.parametrize(
    ("visitor", "page"),
    [("", "pricing"), ("A" * 32, "pricing"), ("a" * 33, "pricing"), (BROWSER, "unheard-of"), (BROWSER, ""), ("1", "1")],
)
def test_made_up_visits_are_answered_alike_and_not_kept(pricing, visit, visitor, page):
    assert visit(visitor, page).status_code == 204
    assert (Visitor.objects.count(), PageVisit.objects.count()) == (0, 0)


def test_looking_changes_nothing(client, db):
    assert client.get("/visits/").status_code == 405
    script = client.get("/visits.js")
    assert (script.status_code, script.cookies) == (200, {})


def test_one_browser_keeps_a_bounded_number_of_visits(pricing):
    now = timezone.now()
    for n in range(MAX_VISITS + 5):
        record_visit(visitor=BROWSER, page="pricing", now=now + timedelta(hours=n))
    assert PageVisit.objects.count() == MAX_VISITS


def test_flood_of_visits_is_told_to_wait(pricing, visit, settings):
    settings.FORM_POSTS_PER_ADDRESS = 1
    assert [visit(f"{n:032x}").status_code for n in range(6)] == [204] * 5 + [429]


def test_what_nobody_has_a_name_for_is_forgotten(client, defaults, pricing, visit):
    visit()
    visit(OTHER)
    send(client, defaults)
    long_ago = timezone.now() - timedelta(days=91)
    Visitor.objects.update(last_seen_at=long_ago)
    CaughtSubmission.objects.create(form=defaults, why="trap", caught_at=long_ago, payload={})
    forget()
    assert ([v.key for v in Visitor.objects.all()], CaughtSubmission.objects.count()) == ([BROWSER], 0)
    assert (Engagement.objects.count(), Inquiry.objects.count()) == (1, 1)


def test_token_carries_no_more_than_a_visitors_number(client, defaults):
    page = client.get("/f/contact-us/", {"visitor": "x" * 5_000})
    assert len(page.context["view"].token) < len(opened(defaults)) + 200
