import pytest
from django.urls import reverse

from leads.models import Answer, Lead, Question, Stage
from nurture.mail.links import answer_url, unsubscribe_url
from nurture.models import Enrollment, Suppression, Touch, TouchState
from nurture.services.delivery import deliver
from tests.factories import NOW, LeadFactory, UserFactory
from tests.nurture.conftest import EMAIL, WAIT

pytestmark = pytest.mark.django_db
HOST = "http://localhost:8000"


@pytest.fixture
def sent(claimed, defaults):
    """A touch that asked for the time frame and was sent."""
    touch = claimed(EMAIL | {"question": Question.objects.get(key="time_frame")}, WAIT, EMAIL)
    deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    touch.refresh_from_db()
    return touch


@pytest.fixture
def answer_path(sent):
    return answer_url(sent, "time_frame", "month").removeprefix(HOST)


@pytest.fixture
def unsubscribe_path(sent):
    return unsubscribe_url(sent).removeprefix(HOST)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Lead, Answer, Enrollment, Touch, Suppression)]


def test_answer_page_has_the_answer_chosen_and_asks_what_is_missing(client, answer_path):
    page = client.get(answer_path)
    form = page.context["form"]
    assert page.status_code == 200
    assert list(form.fields) == ["answer-time_frame", "answer-need", "answer-budget"]
    assert b'value="month"' in page.content
    assert form.initial == {"answer-time_frame": "month"}


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", ["answer_path", "unsubscribe_path"])
def test_following_a_link_changes_nothing(client, request, method, path):
    address = request.getfixturevalue(path)
    before = everything()
    assert getattr(client, method)(address).status_code == 200
    assert everything() == before


def test_answer_is_recorded_with_where_it_is_from(client, answer_path, sent):
    response = client.post(answer_path, {"answer-time_frame": "month"})
    assert response.url == answer_path + "thanks/"
    assert client.get(response.url).status_code == 200
    answer = Answer.objects.get()
    assert (answer.value, answer.provenance, answer.lead) == ("month", "link", sent.enrollment.lead)
    lead = Lead.objects.get()
    assert (lead.is_prospect, lead.stage) == (True, Stage.UNQUALIFIED)
    assert Enrollment.objects.get().state == "active"


QUALIFYING = {"answer-time_frame": "month", "answer-need": "new", "answer-budget": "to_25k"}


def test_answers_that_qualify_end_nurture_at_once(client, answer_path, sent):
    client.post(answer_path, QUALIFYING)
    lead = Lead.objects.get()
    assert (lead.stage, lead.path) == (Stage.MQL, "nurtured")
    enrollment = Enrollment.objects.get()
    assert (enrollment.state, enrollment.exit_reason) == ("exited", "qualified")


def test_qualified_prospect_is_offered_the_reps_calendar(client, answer_path, sent):
    rep = UserFactory(booking_link="https://cal.example/rep")
    Lead.objects.update(owner=rep)
    response = client.post(answer_path, QUALIFYING, follow=True)
    assert b"https://cal.example/rep" in response.content


def test_answer_shows_that_an_unknown_mail_arrived(client, answer_path, sent):
    Touch.objects.update(state=TouchState.UNKNOWN)
    Lead.objects.update(touched_at=None)
    client.post(answer_path, QUALIFYING)
    assert Lead.objects.get().path == "nurtured"


def test_impossible_answer_is_refused(client, answer_path):
    response = client.post(answer_path, {"answer-time_frame": "yesterday"})
    assert (response.status_code, Answer.objects.count()) == (422, 0)


def test_answer_of_a_merged_lead_is_the_survivors(client, answer_path, sent):
    survivor = LeadFactory()
    Lead.objects.filter(pk=sent.enrollment.lead_id).update(merged_into=survivor)
    client.post(answer_path, {"answer-time_frame": "month"})
    assert Answer.objects.get().lead == survivor


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("path", ["answer_path", "unsubscribe_path"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda path: path[:-2] + ("A" if path[-2] != "A" else "B") + "/",
        lambda path: path[:3] + ("A" if path[3] != "A" else "B") + path[4:],
        lambda path: path.replace(".", ""),
        lambda path: path[:3] + "x/",
        lambda path: path[:3] + "%00/",
        lambda path: path.replace("/a/", "/u/") if path.startswith("/a/") else path.replace("/u/", "/a/"),
    ],
)
def test_edited_link_is_not_found_and_changes_nothing(client, request, method, path, edit):
    address = edit(request.getfixturevalue(path))
    before = everything()
    assert getattr(client, method)(address).status_code == 404
    assert everything() == before


@pytest.mark.parametrize("form", ["urlencoded", "multipart", "empty"])
def test_one_click_unsubscribe_needs_nothing_but_the_post(settings, client, unsubscribe_path, sent, form):
    client.handler.enforce_csrf_checks = True
    body = {
        "urlencoded": {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        "multipart": {"data": {"List-Unsubscribe": "One-Click"}},
        "empty": {},
    }[form]
    codes = [client.post(unsubscribe_path, **body).status_code for _ in range(3)]
    assert (codes, client.cookies.keys()) == ([200] * 3, {}.keys())
    lead = Lead.objects.get()
    suppression = Suppression.objects.get()
    assert lead.email_opt_out
    assert (suppression.kind, suppression.key, suppression.reason) == ("email", lead.email_key, "opt_out")
    enrollment = Enrollment.objects.get()
    assert (enrollment.state, enrollment.exit_reason) == ("exited", "opted_out")


def test_unsubscribing_counts_for_the_old_and_the_new_address(client, unsubscribe_path, sent):
    lead = Lead.objects.get()
    old, lead.email = lead.email, "new@company.example"
    lead.save()
    client.post(unsubscribe_path)
    assert {s.key for s in Suppression.objects.all()} == {old, "new@company.example"}


def test_answer_needs_the_csrf_token(client, answer_path):
    client.handler.enforce_csrf_checks = True
    assert client.post(answer_path, {"answer-time_frame": "month"}).status_code == 403
    assert Answer.objects.count() == 0


@pytest.mark.parametrize("name", ["nurture:answer", "nurture:thanks", "nurture:unsubscribe"])
def test_pages_for_prospects_set_the_policy_and_are_not_cached(client, sent, name):
    path = unsubscribe_url(sent) if name == "nurture:unsubscribe" else answer_url(sent, "time_frame", "month")
    address = path.removeprefix(HOST) + ("thanks/" if name == "nurture:thanks" else "")
    response = client.get(address)
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert reverse(name, args=[address.split("/")[2]]) == address
