"""A rep can say later why a lead was qualified or not."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads.decision_history import history_of
from leads.models import Policy, PolicyPurpose, Provenance
from leads.services.engagement import record_engagement
from leads.services.policies import activate_policy, new_version
from leads.services.qualification import give_answers
from tests.factories import NOW, CampaignFactory, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING

HX = {"HX-Request": "true"}


@pytest.fixture
def rep(client, db):
    rep = UserFactory()
    client.force_login(rep)
    return rep


def said(lead, answers, days=0):
    give_answers(lead=lead, answers=answers, provenance=Provenance.FORM, now=NOW + timedelta(days=days))


def test_every_decision_says_when_by_what_and_why(defaults, rep, client):
    lead = LeadFactory(owner=rep)
    said(lead, {"budget": "none"})
    said(lead, {"need": "new"}, 1)
    said(lead, QUALIFYING, 2)
    told = history_of(lead)
    assert [t.decision.qualified for t in told] == [True, False, False]
    assert [t.why for t in told] == [
        "Enough points, and every must-have met.",
        "50 points short.",
        "Must-have not met: Has a need.",
    ]
    assert told[1].against == ["Has a budget"]
    assert told[0].counted[0] == "Has a need (20)"
    html = client.get(reverse("leads:decisions", args=[lead.pk])).content.decode()
    assert html.count("Marketing-qualified v1") == 3
    assert "<html" not in client.get(reverse("leads:decisions", args=[lead.pk]), headers=HX).content.decode()


def test_decision_names_the_policy_of_the_campaign(defaults, rep, client):
    fair = CampaignFactory(name="Spring fair")
    general = Policy.objects.get(purpose=PolicyPurpose.MARKETING)
    activate_policy(policy=new_version(policy=general, by=None, campaign=fair), by=None, now=NOW)
    lead = LeadFactory(owner=rep, campaign=fair)
    said(lead, {"need": "new"})
    assert "of the campaign Spring fair" in client.get(reverse("leads:decisions", args=[lead.pk])).content.decode()


def test_lead_without_a_decision_says_what_to_expect(rep, client):
    html = client.get(reverse("leads:decisions", args=[LeadFactory(owner=rep).pk])).content.decode()
    assert "No decision yet" in html


def test_decisions_of_somebody_elses_lead_are_not_there(defaults, rep, client):
    other = LeadFactory(owner=UserFactory())
    assert client.get(reverse("leads:decisions", args=[other.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 20])
def test_history_query_count(defaults, rep, client, count, django_assert_max_num_queries):
    lead = LeadFactory(owner=rep)
    for day in range(count):
        said(lead, {"need": "new"}, day)
    with django_assert_max_num_queries(10):
        client.get(reverse("leads:decisions", args=[lead.pk]))


def test_panel_shows_what_has_faded_what_is_too_old_and_what_happened(defaults, rep, client, time_machine):
    draft = new_version(policy=Policy.objects.get(purpose=PolicyPurpose.MARKETING), by=None)
    draft.criteria.filter(label="Has a need").update(half_life_days=10)
    draft.criteria.filter(label="Has a budget").update(within_days=5)
    looks_at = {"engagement": "visit", "page": "pricing", "operator": "at_least", "value": 2, "within_days": 30}
    draft.criteria.create(label="Read the prices", points=10, **looks_at)
    activate_policy(policy=draft, by=None, now=NOW)
    lead = LeadFactory(owner=rep)
    said(lead, {"need": "new", "budget": "to_25k"})
    record_engagement(lead=lead, kind="visit", page="pricing", now=NOW + timedelta(days=4))
    time_machine.move_to(NOW + timedelta(days=10, hours=1))
    response = client.get(lead.get_absolute_url())
    html = response.content.decode()
    assert "10 of 20 points: halved every 10 days, from 10 days ago." in html
    assert "Too old to count: only answers of the last 5 days do. Ask again." in html
    assert "1 visit to “pricing” in the last 30 days, the last 6 days ago" in html
    asked = [question.key for question in response.context["panel"].ask_next]

    assert asked[-1] == "need"
