import pytest
from django.urls import reverse

from leads.models import Reason, ReasonPurpose
from leads.services.lifecycle import disqualify_lead
from tests.factories import NOW, LeadFactory

pytestmark = pytest.mark.usefixtures("defaults")
LIST = "admin:leads_reason_changelist"


@pytest.fixture
def marketing(admin_as):
    return admin_as("marketing_manager")


@pytest.fixture
def given(defaults):
    reason = Reason.objects.get(name="No budget")
    disqualify_lead(lead=LeadFactory(), reason=reason, by=None, now=NOW)
    return reason


def act(client, action, reasons):
    data = {"action": action, "_selected_action": [reason.pk for reason in reasons]}
    return client.post(reverse(LIST), data, follow=True).content.decode()


def test_list_says_how_often_a_reason_was_given(marketing, given):
    html = marketing.get(reverse(LIST)).content.decode()
    assert html.count("1 time<") == 1
    assert html.count("0 times<") == Reason.objects.count() - 1


def test_retired_reason_is_not_offered_and_stays_in_the_history(marketing, given, client):
    act(marketing, "retire", [given])
    given.refresh_from_db()
    assert (given.active, given.stage_changes.count()) == (False, 1)
    act(marketing, "offer_again", [given])
    given.refresh_from_db()
    assert given.active


def test_last_reason_of_a_purpose_is_kept(marketing):
    assert "is the last one to recycle" in act(marketing, "retire", Reason.objects.filter(purpose="recycle"))
    assert Reason.objects.filter(purpose=ReasonPurpose.RECYCLE, active=True).count() == 1


def test_reason_is_never_deleted(marketing, given):
    assert marketing.post(reverse("admin:leads_reason_delete", args=[given.pk]), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in marketing.get(reverse(LIST)).content.decode()


def test_purpose_of_a_reason_that_was_given_stays(marketing, given):
    change = reverse("admin:leads_reason_change", args=[given.pk])
    marketing.post(change, {"name": "No money", "purpose": "recycle", "active": "on"})
    given.refresh_from_db()
    assert (given.name, given.purpose) == ("No money", ReasonPurpose.DISQUALIFY)
