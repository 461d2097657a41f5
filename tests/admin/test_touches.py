"""What marketing does in the admin about touches that went wrong, and how it limits what is sent."""

import pytest
from django.urls import reverse

from nurture.models import SendingLimits, Touch, TouchState
from tests.factories import NOW
from tests.nurture.conftest import EMAIL, company, enrolled, make_sequence

__all__ = ["company", "enrolled", "make_sequence"]
LIST = "admin:nurture_touch_changelist"


@pytest.fixture
def touches(enrolled):
    """An unknown, a failed and a planned one."""
    found = []
    for state in (TouchState.UNKNOWN, TouchState.FAILED, TouchState.PLANNED):
        touch = enrolled(EMAIL, EMAIL, key=state).touches.get()
        Touch.objects.filter(pk=touch.pk).update(state=state, send_started_at=NOW)
        found.append(touch)
    return found


def act(client, action, touches):
    data = {"action": action, "_selected_action": [touch.pk for touch in touches]}
    return client.post(reverse(LIST), data, follow=True)


def states(touches):
    by_id = dict(Touch.objects.values_list("pk", "state"))
    return [by_id[touch.pk] for touch in touches]


@pytest.mark.parametrize(
    ("action", "after"),
    [
        ("was_sent", ["sent", "failed", "planned"]),
        ("was_not_sent", ["failed", "failed", "planned"]),
        ("send_again", ["unknown", "planned", "planned"]),
        ("cancel", ["unknown", "cancelled", "cancelled"]),
    ],
)
def test_ticked_touches_are_repaired_and_the_others_said_why_not(admin_as, touches, action, after):
    page = act(admin_as("marketing_manager"), action, touches).content.decode()
    assert (states(touches), "not changed" in page) == (after, True)


def test_planned_touch_is_due_now(admin_as, touches):
    Touch.objects.update(due_at="2099-01-01T00:00Z")
    act(admin_as("marketing_manager"), "send_now", touches)
    assert [touch.due_at.year == 2099 for touch in Touch.objects.order_by("pk")] == [True, True, False]


def test_list_begins_with_the_newest_and_says_what_and_why(admin_as, touches):
    first, second, third = touches
    Touch.objects.filter(pk=first.pk).update(due_at="2098-01-01T00:00Z", subject="Hello Pat")
    Touch.objects.filter(pk=second.pk).update(due_at="2099-01-01T00:00Z", error="550 blocked")
    Touch.objects.filter(pk=third.pk).update(state="skipped", skip_reason="left_topic")
    page = admin_as("marketing_manager").get(reverse(LIST)).content.decode()
    places = [page.index(text) for text in ("550 blocked", "Hello Pat", "Does not want the topic")]
    assert places == sorted(places)
    detail = admin_as("marketing_manager").get(reverse("admin:nurture_touch_change", args=[second.pk]))
    assert "550 blocked" in detail.content.decode()


@pytest.mark.parametrize("role", ["rep", "sales_manager"])
def test_who_does_not_set_up_nurture_repairs_nothing(admin_as, touches, role):
    act(admin_as(role), "was_sent", touches)
    assert states(touches) == ["unknown", "failed", "planned"]


def test_limits_are_set_once_and_must_let_something_through(admin_as, db):
    client, url = admin_as("marketing_manager"), reverse("admin:nurture_sendinglimits_add")
    refused = client.post(url, {"person_week": "0", "mailbox_hour": "", "mailbox_day": "", "domain_hour": ""})
    assert (refused.status_code, SendingLimits.objects.count()) == (200, 0)
    assert "greater than or equal to 1" in refused.content.decode()
    client.post(url, {"person_week": "3", "mailbox_hour": "", "mailbox_day": "500", "domain_hour": ""})
    assert SendingLimits.objects.values_list("person_week", "mailbox_hour", "mailbox_day").get() == (3, None, 500)
    assert client.get(url).status_code == 403
    limits = client.get(reverse("admin:nurture_sendinglimits_changelist"), follow=True)
    assert limits.redirect_chain == [(reverse("admin:nurture_sendinglimits_change", args=[1]), 302)]
