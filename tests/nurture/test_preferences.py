"""The preference centre, and what follows when mails are planned, sent and leads enrolled."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail
from django.test import Client

from nurture.mail.links import preferences_url, unsubscribe_url
from nurture.models import MailPreference, Suppression, Topic, Touch
from nurture.queries import leads_to_enroll
from nurture.services.delivery import deliver
from nurture.services.dispatch import advance_due, claim_due
from nurture.services.preferences import set_preferences
from nurture.services.suppression import suppress
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL, WAIT, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    return [Topic.objects.create(name=name) for name in ("Events", "Products")]


def choose(touch, *, topics=(), pace="as_sent", paused_until=None, now=NOW):
    return set_preferences(touch=touch, topics=topics, pace=pace, paused_until=paused_until, now=now)


def path(touch):
    return "/" + preferences_url(touch).split("/", 3)[3]


def due_of(touch):
    touch.refresh_from_db()
    return touch.state, touch.due_at


def test_every_mail_leads_to_the_page(sent):
    touch = sent()
    (message,) = mail.outbox
    assert all(preferences_url(touch) in text for text in (message.body, message.alternatives[0][0]))


def test_topics_say_what_they_are_about(client, sent, topics):
    Topic.objects.filter(pk=topics[0].pk).update(description="Where & when <we> meet")
    page = client.get(path(sent())).content.decode()
    assert 'Events<span class="form-hint">Where &amp; when &lt;we&gt; meet</span>' in page


def test_page_shows_what_is_chosen_and_keeps_what_is_said(client, sent, topics):
    touch = sent(lead=LeadFactory(email="pat@company.example"))
    page = client.get(path(touch)).content.decode()
    assert ["p…t@company.example" in page, "pat@company.example" in page] == [True, False]
    with time_machine.travel(NOW):
        posted = {"topics": [topics[0].pk], "pace": "weekly", "paused_until": "2026-04-01"}
        assert client.post(path(touch), posted).status_code == 302
        preference = MailPreference.objects.get(email_key="pat@company.example")
        assert (preference.pace, preference.paused_until) == ("weekly", datetime(2026, 4, 1, tzinfo=UTC))
        assert list(preference.left_topics.all()) == [topics[1]]
        form = client.get(path(touch)).context["form"]
    assert [topic.name for topic in form.initial["topics"]] == ["Events"]
    assert (form.initial["pace"], str(form.initial["paused_until"])) == ("weekly", "2026-04-01")


def test_looking_changes_nothing(client, sent):
    touch = sent()
    assert [client.get(path(touch)).status_code, client.head(path(touch)).status_code] == [200, 200]
    assert not MailPreference.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"paused_until": "2020-01-01"}, "paused_until"),
        ({"paused_until": "9999-12-31"}, "paused_until"),
        ({"paused_until": "soon"}, "paused_until"),
        ({"pace": "hourly"}, "pace"),
        ({"topics": ["999"]}, "topics"),
        ({"topics": ["x'"]}, "topics"),
    ],
)
def test_bad_wish_is_said_at_its_field_and_nothing_is_kept(client, sent, topics, wrong, field):
    answer = client.post(path(sent()), {"pace": "as_sent"} | wrong)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not MailPreference.objects.exists()


@pytest.mark.parametrize("change", [lambda token: token[:-1] + "x", lambda token: "x" + token, lambda token: "x.y"])
def test_edited_link_leads_nowhere(client, sent, change):
    token = path(sent()).strip("/").split("/")[1]
    assert client.post(f"/p/{change(token)}/", {"pace": "weekly"}).status_code == 404
    assert not MailPreference.objects.exists()


def test_link_to_unsubscribe_does_not_open_the_page(client, sent):
    token = unsubscribe_url(sent()).strip("/").rsplit("/", 1)[1]
    assert client.get(f"/p/{token}/").status_code == 404


def test_saving_needs_the_pages_own_form(sent):
    assert Client(enforce_csrf_checks=True).post(path(sent()), {"pace": "weekly"}).status_code == 403


def test_stopping_everything_is_the_same_as_unsubscribing(client, sent):
    touch = sent()
    action = client.get(path(touch)).context["unsubscribe_url"]
    client.post("/" + action.split("/", 3)[3])
    assert Suppression.objects.get().key == touch.recipient
    page = client.get(path(touch))
    assert (page.context["form"], "gets no mails from us" in page.content.decode()) == (None, True)


def test_pause_puts_off_what_is_planned_and_nothing_is_lost(sent):
    touch = sent(EMAIL, EMAIL)
    second = touch.enrollment.touches.get(state="planned")
    choose(touch, paused_until=later(days=20))
    (claim,) = claim_due(now=NOW)
    assert deliver(touch_id=claim.touch_id, token=claim.token, now=NOW) == "planned"
    assert due_of(second) == ("planned", later(days=20))
    assert claim_due(now=later(days=19)) == []
    (claim,) = claim_due(now=later(days=20))
    assert deliver(touch_id=claim.touch_id, token=claim.token, now=later(days=20)) == "sent"
    assert len(mail.outbox) == 2


def test_pause_that_is_taken_back_lets_go_on_at_once(sent):
    touch = sent(EMAIL, EMAIL)
    choose(touch, paused_until=later(days=20))
    (claim,) = claim_due(now=NOW)
    deliver(touch_id=claim.touch_id, token=claim.token, now=NOW)
    choose(touch, now=later(days=1))
    (claim,) = claim_due(now=later(days=1))
    assert deliver(touch_id=claim.touch_id, token=claim.token, now=later(days=1)) == "sent"


def test_mail_is_planned_after_the_pause_to_begin_with(sent):
    touch = sent(EMAIL, WAIT, EMAIL)
    choose(touch, paused_until=later(days=20))
    advance_due(now=later(days=3))
    assert due_of(touch.enrollment.touches.get(state="planned")) == ("planned", later(days=20))


@pytest.mark.parametrize(("pace", "days"), [("as_sent", 3), ("weekly", 7), ("monthly", 30)])
def test_pace_keeps_a_distance_to_the_last_mail(sent, pace, days):
    touch = sent(EMAIL, WAIT, EMAIL)
    choose(touch, pace=pace)
    advance_due(now=later(days=3))
    assert due_of(touch.enrollment.touches.get(state="planned")) == ("planned", later(days=days))


def test_pace_does_not_shorten_a_wait(sent):
    touch = sent(EMAIL, WAIT, EMAIL)
    choose(touch)
    assert advance_due(now=later(days=2)) == 0


def test_mails_of_a_left_topic_are_skipped_at_the_last_moment_and_the_rest_goes_on(sent, enrolled, topics):
    touch = sent(EMAIL, EMAIL, topic=topics[0])
    other = enrolled(EMAIL, lead=LeadFactory(), topic=topics[1], key="other")
    choose(touch, topics=[topics[1]])
    claims = claim_due(now=NOW)
    states = [deliver(touch_id=claim.touch_id, token=claim.token, now=NOW) for claim in claims]
    skipped = Touch.objects.get(enrollment=touch.enrollment, state="skipped")
    assert (skipped.skip_reason, sorted(states)) == ("left_topic", ["sent", "skipped"])
    assert other.touches.get().state == "sent"


def test_planning_skips_a_left_topic(sent, topics):
    touch = sent(EMAIL, WAIT, EMAIL, topic=topics[0])
    choose(touch, topics=[])
    advance_due(now=later(days=3))
    assert touch.enrollment.touches.filter(state="skipped", skip_reason="left_topic").count() == 1


def test_enrolment_honours_topic_and_pause(make_sequence, topics):
    sequence = make_sequence(EMAIL, topic=topics[0])
    leads = [LeadFactory(email=f"{name}@x.example") for name in ("left", "other", "paused", "silent")]
    keep = [MailPreference.objects.create(email_key=lead.email_key, changed_at=NOW) for lead in leads[:3]]
    keep[0].left_topics.add(topics[0])
    keep[1].left_topics.add(topics[1])
    MailPreference.objects.filter(pk=keep[2].pk).update(paused_until=later(days=5))

    def found(now):
        return sorted(lead.email.split("@")[0] for lead in leads_to_enroll(sequence, now=now))

    assert [found(NOW), found(later(days=5))] == [["other", "silent"], ["other", "paused", "silent"]]


def test_who_replied_is_not_enrolled_elsewhere_at_once(sent, make_sequence):
    touch = sent()
    other = make_sequence(EMAIL, key="other")
    touch.enrollment.__class__.objects.filter(pk=touch.enrollment_id).update(
        state="exited", exit_reason="replied", ended_at=NOW, due_at=None
    )
    lead = touch.enrollment.lead
    assert [lead in leads_to_enroll(other, now=later(days=days)) for days in (1, 29, 31)] == [False, False, True]


def test_preferences_are_the_addresss_in_every_spelling(sent):
    touch = sent(lead=LeadFactory(email="pat.prospect+x@gmail.com"))
    choose(touch, pace="weekly")
    assert MailPreference.objects.get().email_key == "patprospect@gmail.com"


def test_suppressed_address_has_nothing_to_choose(client, sent):
    touch = sent()
    suppress(kind="email", key=touch.recipient, reason="bounce", now=NOW)
    assert client.post(path(touch), {"pace": "weekly"}).status_code == 200
    assert not MailPreference.objects.exists()
