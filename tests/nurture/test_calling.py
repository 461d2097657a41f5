"""Picking up the phone, handing calls on, and in which order they come."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from leads.models import Lead, Stage
from nurture.call_queue import next_call
from nurture.models import CallAttempt, CallChange, CallOutcome, CallTask, CallTaskState, Suppression, SuppressionKind
from nurture.services.call_changes import drop_call, give_call, put_off_call
from nurture.services.calling import ON_THE_PHONE, begin_call, call_lead
from nurture.services.calls import record_call
from nurture.services.open_calls import CallRefused
from nurture.services.suppression import suppress
from tests.factories import LeadFactory, UserFactory
from tests.nurture.conftest import CALL, PHONE
from tests.nurture.test_races import at_once

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)  # Tuesday 11:30 in New York
NIGHT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)  # 22:00 there
NEW_YORK = {"phone": PHONE, "time_zone": "America/New_York"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def lead(rep):
    return LeadFactory(owner=rep, **NEW_YORK)


@pytest.fixture
def task(lead, rep):
    return call_lead(lead=lead, by=rep, now=AT)


@pytest.fixture
def as_rep(client, rep, time_machine):
    time_machine.move_to(AT, tick=False)
    client.force_login(rep)
    return client


def test_call_of_a_lead_without_nurture_is_the_reps_and_due_now(task, lead, rep):
    assert (task.lead, task.assignee, task.due_at, task.touch) == (lead, rep, AT, None)
    assert call_lead(lead=lead, by=rep, now=AT) == task


def test_open_call_of_a_sequence_is_opened_instead_of_a_second_one(enrolled, lead, rep):
    enrolled(CALL, lead=lead)
    assert call_lead(lead=lead, by=rep, now=AT) == CallTask.objects.get()


@pytest.mark.parametrize(
    ("now", "fields", "message"),
    [
        (NIGHT, {}, "It is 22:00 where Pat Prospect is: call between 8:00 and 21:00 there."),
        (AT, {"phone": ""}, "There is no phone number to call."),
        (AT, {"do_not_call": True}, "This number must not be called."),
    ],
)
def test_call_that_is_not_allowed_is_refused_and_nothing_is_opened(rep, now, fields, message):
    lead = LeadFactory(last_name="Prospect", **NEW_YORK | fields)
    with pytest.raises(CallRefused, match=message):
        call_lead(lead=lead, by=rep, now=now)
    assert not CallTask.objects.exists()


def test_number_that_is_suppressed_elsewhere_is_not_dialed(task, rep):
    suppress(kind=SuppressionKind.PHONE, key=PHONE, reason="do_not_call", now=AT)
    CallTask.objects.update(state=CallTaskState.OPEN)  # as if it had been opened later
    Lead.objects.update(do_not_call=False)
    with pytest.raises(CallRefused):
        begin_call(task=task, by=rep, now=AT)


def test_page_that_was_loaded_in_time_does_not_dial_at_night(as_rep, task, time_machine):
    assert reverse("nurture:dial", args=[task.pk]) in as_rep.get(page(task)).content.decode()
    time_machine.move_to(NIGHT, tick=False)
    response = as_rep.post(reverse("nurture:dial", args=[task.pk]), headers={"HX-Request": "true"})
    assert (response.status_code, "HX-Trigger" in response.headers) == (422, False)
    assert "It is 22:00 where" in response.content.decode()
    task.refresh_from_db()
    assert task.dialed_at is None


def test_dialing_tells_the_browser_the_number_and_starts_the_clock(as_rep, task, rep, time_machine):
    response = as_rep.post(reverse("nurture:dial", args=[task.pk]), headers={"HX-Request": "true"})
    assert response.headers["HX-Trigger"] == f'{{"dial": {{"number": "{PHONE}"}}}}'
    time_machine.move_to(AT + 7 * MINUTE, tick=False)
    as_rep.post(page(task), {"outcome": "connected"})
    attempt = CallAttempt.objects.get()
    assert (attempt.duration, attempt.by) == (7 * 60, rep)


def test_dialing_without_script_leads_to_the_number(as_rep, task):
    response = as_rep.post(reverse("nurture:dial", args=[task.pk]), follow=True)
    assert f"tel:{PHONE}" in response.content.decode()


def test_typed_minutes_count_instead_of_the_clock(task, rep):
    begin_call(task=task, by=rep, now=AT)
    record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT + 7 * MINUTE, duration=0)
    assert CallAttempt.objects.get().duration == 0


def test_call_left_open_on_the_screen_counts_no_time(task, rep):
    begin_call(task=task, by=rep, now=AT)
    record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT + 121 * MINUTE)
    assert CallAttempt.objects.get().duration == 0


def test_colleague_on_the_phone_is_not_disturbed(rep):
    colleague, lead = UserFactory(), LeadFactory(**NEW_YORK)
    task = CallTask.objects.create(lead=lead, due_at=AT)
    assert begin_call(task=task, by=rep, now=AT).assignee == rep
    with pytest.raises(CallRefused, match=f"{rep} is calling"):
        begin_call(task=task, by=colleague, now=AT + ON_THE_PHONE - MINUTE)
    assert begin_call(task=task, by=colleague, now=AT + ON_THE_PHONE).dialed_by == colleague


@pytest.mark.django_db(transaction=True)
def test_open_call_is_dialed_by_one_of_many():
    task = CallTask.objects.create(lead=LeadFactory(**NEW_YORK), due_at=AT)
    reps = UserFactory.create_batch(6)
    results = at_once(*[lambda rep=rep: begin_call(task=task, by=rep, now=AT) for rep in reps])
    assert sorted(type(result).__name__ for result in results) == ["CallRefused"] * 5 + ["CallTask"]


def test_given_call_is_in_the_colleagues_queue_and_on_the_timeline(as_rep, task, rep, client):
    colleague = UserFactory()
    response = as_rep.post(
        reverse("nurture:give-call", args=[task.pk]), {"to": colleague.pk, "reason": "speaks French"}
    )
    assert response.url == reverse("nurture:calls")
    assert next_call(rep, now=AT) is None
    assert next_call(colleague, now=AT) == task
    timeline = as_rep.get(task.lead.get_absolute_url()).content.decode()
    assert f"Call given to {colleague}" in timeline
    assert "speaks French" in timeline
    client.force_login(colleague)
    workspace = client.get(page(task)).content.decode()
    assert task.lead.get_absolute_url() not in workspace  # they may call, but do not see the lead


@pytest.mark.parametrize("to", ["marketing", "gone", "same"])
def test_call_goes_to_nobody_who_makes_none(task, rep, to):
    people = {
        "marketing": UserFactory(marketing_manager=True),
        "gone": UserFactory(is_active=False),
        "same": rep,
    }
    with pytest.raises(CallRefused):
        give_call(task=task, to=people[to], by=rep, now=AT)
    assert not CallChange.objects.exists()


def test_call_put_off_into_the_night_is_due_in_the_morning_and_uses_no_try(task, rep):
    task = put_off_call(task=task, until=NIGHT, reason=" on holiday ", by=rep, now=AT)
    assert task.due_at.isoformat() == "2026-03-11T12:00:00+00:00"  # 8:00 there
    assert (CallChange.objects.get().reason, task.attempts.count()) == ("on holiday", 0)


def test_weekend_is_kept_where_somebody_chose_it(task, rep):
    saturday = datetime(2026, 3, 14, 16, 0, tzinfo=UTC)
    assert put_off_call(task=task, until=saturday, reason="asked for it", by=rep, now=AT).due_at == saturday


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        ("2026-03-09T10:00", "why not", "until"),
        ("9999-12-31T23:59", "why not", "until"),
        ("0001-01-01T00:00", "why not", "until"),
        ("soon", "why not", "until"),
        ("2026-03-12T10:00", "  ", "reason"),
    ],
)
def test_putting_off_says_at_the_field_what_is_wrong(as_rep, task, until, reason, field):
    response = as_rep.post(reverse("nurture:put-off-call", args=[task.pk]), {"until": until, "reason": reason})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not CallChange.objects.exists()


@pytest.mark.parametrize("at", ["9999-12-31T23:59", "0001-01-01T00:00", "2026-03-09T10:00", ""])
def test_call_back_says_at_the_field_what_is_wrong(as_rep, task, at):
    response = as_rep.post(page(task), {"outcome": "call_back", "call_back_at": at, "note": "kept"})
    assert list(response.context["form"].errors) == ["call_back_at"]
    assert "kept" in response.content.decode()


def test_other_outcomes_do_not_mind_a_time_that_is_past(as_rep, task):
    assert as_rep.post(page(task), {"outcome": "connected", "call_back_at": "2020-01-01T10:00"}).status_code == 302


def test_dropped_call_is_no_longer_open(task, rep):
    assert drop_call(task=task, reason="by mistake", by=rep, now=AT).state == CallTaskState.CANCELLED
    with pytest.raises(CallRefused):
        begin_call(task=task, by=rep, now=AT)


def test_call_that_a_sequence_waits_for_cannot_be_dropped(enrolled, lead, rep):
    enrolled(CALL, lead=lead)
    with pytest.raises(CallRefused, match="A sequence waits"):
        drop_call(task=CallTask.objects.get(), reason="no", by=rep, now=AT)


def test_call_change_is_one_thing_and_has_a_reason(task, rep):
    for fields in ({"to": rep, "until": AT}, {"until": AT}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CallChange.objects.create(task=task, by=rep, at=AT, **fields)


def test_call_back_is_typed_in_the_reps_zone_and_shown_in_theirs(as_rep, task, rep):
    type(rep).objects.filter(pk=rep.pk).update(time_zone="Europe/Berlin")
    response = as_rep.get(reverse("nurture:their-time", args=[task.pk]), {"call_back_at": "2026-03-12T15:00"})
    assert response.content.decode() == "It will be due on Thu 12 Mar, 15:00 (10:00 where they are)."
    as_rep.post(page(task), {"outcome": "call_back", "call_back_at": "2026-03-12T15:00"})
    task.refresh_from_db()
    assert task.due_at == task.promised_at == datetime(2026, 3, 12, 14, 0, tzinfo=UTC)


def test_time_at_which_nobody_may_be_called_is_said_to_be_moved(as_rep, task):
    response = as_rep.get(reverse("nurture:their-time", args=[task.pk]), {"call_back_at": "2026-03-12T03:00"})
    assert (
        "due on Thu 12 Mar, 12:00 (08:00 where they are). Nobody may be called at the time you chose."
        in response.content.decode()
    )


def test_order_is_promises_then_value_then_the_longest_due(rep):
    def call(name, *, days=1, promised=None, **fields):
        lead = LeadFactory(owner=rep, last_name=name, phone=PHONE, time_zone="America/New_York", **fields)
        CallTask.objects.create(lead=lead, assignee=rep, due_at=AT - timedelta(days=days), promised_at=promised)

    call("old", score=10, days=9)
    call("sales", score=70, stage=Stage.MQL, path="self_qualified", reached_sales_at=AT)
    call("warm", score=40, engaged_at=AT)
    call("cold", score=40)
    call("promised", promised=AT - MINUTE)
    call("promised later", promised=AT + MINUTE)
    ordered = CallTask.objects.most_valuable_first(AT)
    assert [(task.lead.last_name, task.value) for task in ordered] == [
        ("promised", 0),
        ("sales", 120),
        ("warm", 50),
        ("cold", 40),
        ("old", 10),
        ("promised later", 0),
    ]


def test_next_call_is_one_that_is_allowed_at_this_hour(rep):
    for zone, score in (("Asia/Kathmandu", 90), ("America/New_York", 10)):
        CallTask.objects.create(
            lead=LeadFactory(owner=rep, phone=PHONE, time_zone=zone, score=score), assignee=rep, due_at=AT
        )
    assert str(next_call(rep, now=AT).lead.zone) == "America/New_York"


def test_do_not_call_without_a_number_is_kept_with_the_lead(task, rep):
    Lead.objects.update(phone="")
    record_call(task=task, outcome=CallOutcome.DO_NOT_CALL, by=rep, now=AT)
    assert Lead.objects.get().do_not_call


def test_outcome_of_a_call_to_a_merged_lead_is_the_survivors(task, lead, rep):
    survivor = LeadFactory(owner=rep, **NEW_YORK)
    Lead.objects.filter(pk=lead.pk).update(merged_into=survivor)
    record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT)
    survivor.refresh_from_db()
    assert survivor.engaged_at == AT


@pytest.mark.parametrize("name", ["dial", "give-call", "put-off-call", "drop-call", "their-time"])
def test_call_of_somebody_else_is_not_found(client, task, name):
    client.force_login(UserFactory())
    method = client.get if name == "their-time" else client.post
    assert method(reverse(f"nurture:{name}", args=[task.pk])).status_code == 404


def test_call_now_needs_to_see_the_lead_and_to_be_a_seller(client, lead):
    for user, status in ((UserFactory(), 404), (UserFactory(marketing_manager=True), 403)):
        client.force_login(user)
        assert client.post(reverse("nurture:call-lead", args=[lead.pk])).status_code == status
    assert not CallTask.objects.exists()


def test_call_now_on_the_lead_page_opens_the_workspace(as_rep, lead):
    assert reverse("nurture:call-lead", args=[lead.pk]) in as_rep.get(lead.get_absolute_url()).content.decode()
    response = as_rep.post(reverse("nurture:call-lead", args=[lead.pk]))
    assert response.url == page(CallTask.objects.get())


def test_call_now_at_night_says_why_not(as_rep, lead, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    response = as_rep.post(reverse("nurture:call-lead", args=[lead.pk]), follow=True)
    assert "call between 8:00 and 21:00 there" in response.content.decode()


@pytest.mark.parametrize("tries", [1, 20])
def test_workspace_query_count(as_rep, defaults, company, task, rep, tries, django_assert_max_num_queries):
    for n in range(tries):
        record_call(
            task=task, outcome=CallOutcome.CALL_BACK, by=rep, now=AT + n * MINUTE, call_back_at=AT + timedelta(days=2)
        )
        put_off_call(task=task, until=AT + timedelta(days=3), reason="x", by=rep, now=AT + n * MINUTE)
    CallTask.objects.update(script="Hello {{ first_name }}")
    as_rep.get(page(task))
    with django_assert_max_num_queries(8):
        as_rep.get(page(task))


def test_workspace_of_a_suppressed_number_says_so_also_after_a_merge(as_rep, lead, task, company):
    assert "Do not call" not in as_rep.get(page(task)).content.decode().split("How did it go?")[0]
    Suppression.objects.create(kind="phone", key=PHONE, reason="do_not_call", created_at=AT)
    assert "Do not call" in as_rep.get(page(task)).content.decode().split("How did it go?")[0]
    survivor = LeadFactory(owner=lead.owner, **NEW_YORK | {"phone": "+14155550199"})
    Lead.objects.filter(pk=lead.pk).update(merged_into=survivor)
    assert "Do not call" not in as_rep.get(page(task)).content.decode().split("How did it go?")[0]
    Suppression.objects.create(kind="phone", key=survivor.phone, reason="do_not_call", created_at=AT)
    assert "Do not call" in as_rep.get(page(task)).content.decode().split("How did it go?")[0]


def page(task):
    return reverse("nurture:call", args=[task.pk])
