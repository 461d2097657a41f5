"""Calls, e-mails, meetings and tasks: logged, corrected, done, and reminded of."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from activities.services import add_task, complete_task, edit_activity, log_activity
from crm.accounts.models import IdentifiedProject
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory, UserFactory

HX = {"HX-Request": "true"}


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def lead(rep):
    return LeadFactory(owner=rep)


@pytest.fixture
def call(rep, lead):
    return log_activity(about=lead, kind="call", body="Spoke", minutes=12, by=rep, now=NOW)


@pytest.fixture
def task(rep, lead):
    return add_task(about=lead, body="Send the offer", due_on=timezone.localdate(), owner=rep, by=rep, now=NOW)


def add(client, record, **given):
    kind = record._meta.model_name
    return client.post(reverse("activities:add", args=[kind, record.pk]), given)


def test_call_keeps_when_and_how_long(as_rep, lead):
    add(as_rep, lead, kind="call", body="Spoke", at="2026-03-09T15:30", minutes="25", due_on="2026-05-01")
    call = Activity.objects.get()
    assert (call.kind, call.minutes, call.due_on, call.owner) == ("call", 25, None, None)
    assert f"{call.at:%Y-%m-%d %H:%M}" == "2026-03-09 15:30"
    assert "Call, 25 min" in as_rep.get(lead.get_absolute_url()).content.decode()


def test_task_is_for_who_wrote_it(as_rep, rep, lead):
    add(as_rep, lead, kind="task", body="Send the offer", due_on="2026-05-01", remind_on="2026-04-28", minutes="5")
    task = Activity.objects.get()
    assert (task.owner, str(task.due_on), str(task.remind_on), task.minutes) == (rep, "2026-05-01", "2026-04-28", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "dance"},
        {"kind": "call", "minutes": "-1"},
        {"kind": "call", "minutes": "99999"},
        {"kind": "call", "at": "2999-01-01T00:00"},
        {"kind": "task", "due_on": "soon"},
        {"kind": "call", "body": " "},
    ],
)
def test_what_makes_no_sense_is_refused(as_rep, lead, wrong):
    assert add(as_rep, lead, **({"body": "x"} | wrong)).status_code == 422
    assert not Activity.objects.exists()


def test_project_has_activities_on_its_accounts_timeline(as_rep, rep):
    account = AccountFactory(owner=rep)
    project = IdentifiedProject.objects.create(name="Plant 2", account=account, at=NOW)
    log_activity(about=project, kind="meeting", body="On site", by=rep, now=NOW)
    page = as_rep.get(reverse("accounts:detail", args=[account.pk]))
    assert [entry.body for entry in page.context["timeline"]] == ["On site"]


def test_own_activity_is_edited_in_a_dialog(as_rep, call):
    address = reverse("activities:edit", args=[call.pk])
    form = as_rep.get(address, headers=HX).context["form"]
    assert set(form.fields) == {"body", "minutes", "version", "seen"}
    as_rep.post(address, {"body": "Spoke twice", "minutes": "30", "version": call.version})
    call.refresh_from_db()
    assert (call.body, call.minutes, call.version) == ("Spoke twice", 30, 2)


def test_stale_edit_is_told_and_keeps_what_was_typed(as_rep, rep, call):
    edit_activity(activity=call, version=1, fields={"body": "Newer"}, by=rep)
    address = reverse("activities:edit", args=[call.pk])
    posted = {"body": "Mine", "minutes": "12", "version": "1", "seen": '{"body": "Spoke"}'}
    response = as_rep.post(address, posted, headers=HX)
    html = response.content.decode()
    assert response.status_code == 422
    assert "“Spoke” is now “Newer”" in html
    assert "Mine" in html
    assert Activity.objects.get().body == "Newer"


@pytest.mark.parametrize("name", ["edit", "done"])
def test_a_colleagues_activity_is_read_only_and_a_strangers_not_there(client, call, task, name):
    manager, stranger = UserFactory(sales_manager=True), UserFactory()
    address = reverse(f"activities:{name}", args=[task.pk if name == "done" else call.pk])
    client.force_login(manager)
    assert client.post(address, {"body": "x", "version": 1}).status_code == 403
    client.force_login(stranger)
    assert client.post(address, {"body": "x", "version": 1}).status_code == 404
    assert list(Activity.objects.filter(version=1)) == [call, task]


def test_service_lets_only_the_own_ones_be_changed(call, task):
    other = UserFactory(sales_manager=True)
    with pytest.raises(PermissionDenied):
        edit_activity(activity=call, version=1, fields={"body": "x"}, by=other)
    with pytest.raises(PermissionDenied):
        complete_task(activity=task, version=1, done=True, by=other, now=NOW)


def test_task_is_done_and_opened_again(as_rep, task):
    address = reverse("activities:done", args=[task.pk])
    as_rep.post(f"{address}?version=1", {"done": "yes"})
    assert Activity.objects.get(pk=task.pk).done_at is not None
    assert as_rep.post(f"{address}?version=1", {"done": "no"}, headers=HX).status_code == 409
    as_rep.post(f"{address}?version=2", {"done": "no"})
    assert Activity.objects.get(pk=task.pk).done_at is None


def titles(client):
    return [section.context.get("title") for section in client.get("/").context["sections"]]


@pytest.mark.parametrize(
    ("due", "remind", "shown"), [(-1, None, True), (0, None, True), (1, None, False), (5, 0, True), (None, None, False)]
)
def test_today_reminds_of_tasks(as_rep, rep, lead, due, remind, shown):
    today = timezone.localdate()
    days = {
        "due_on": None if due is None else today + timedelta(days=due),
        "remind_on": None if remind is None else today + timedelta(days=remind),
    }
    task = add_task(about=lead, body="Send", owner=rep, by=rep, now=NOW, **days)
    assert ("Tasks" in titles(as_rep)) == shown
    complete_task(activity=task, version=1, done=True, by=rep, now=NOW)
    assert "Tasks" not in titles(as_rep)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "note", "due_on": NOW.date()},
        {"kind": "task"},
        {"kind": "dance"},
        {"body": ""},
        {"lead": None},
    ],
)
def test_database_refuses_what_makes_no_sense(call, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=call.pk).update(**wrong)


def test_database_refuses_two_records_at_once(call):
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=call.pk).update(contact=ContactFactory())
