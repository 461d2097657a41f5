from datetime import UTC, datetime

import pytest
from django.urls import reverse

from crm.people.models import Team
from leads.models import Answer, Lead, Stage
from leads.services.qualification import AnswersRefused
from nurture.models import CallAttempt, CallOutcome, CallTask, EnrollmentState, Suppression
from nurture.services.calls import record_call
from nurture.services.open_calls import CallRefused
from tests.factories import NOW, LeadFactory, UserFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def task(enrolled, rep, defaults):
    enrolled(CALL, EMAIL, lead=LeadFactory(phone=PHONE, owner=rep, time_zone="America/New_York"))
    return CallTask.objects.get()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


def enrollment_of(task):
    task.touch.enrollment.refresh_from_db()
    return task.touch.enrollment


AT = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)  # 11:30 in New York


def test_connected_call_is_over_and_the_sequence_goes_on(task, rep):
    done = record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT, note=" ok ", duration=120)
    attempt = CallAttempt.objects.get()
    assert (attempt.by, attempt.at, attempt.note, attempt.duration) == (rep, AT, "ok", 120)
    assert (done.state, enrollment_of(task).position) == ("done", 1)
    done.touch.refresh_from_db()
    assert (done.touch.state, done.touch.sent_at) == ("sent", AT)
    lead = Lead.objects.get()
    assert (lead.touched_at, lead.engaged_at) == (AT, AT)


def test_answers_on_the_phone_qualify_at_once_as_nurtured(task, rep):
    answers = {"need": "new", "time_frame": "month", "budget": "to_25k"}
    record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT, answers=answers)
    lead = Lead.objects.get()
    assert (lead.stage, lead.path) == (Stage.MQL, "nurtured")
    assert set(Answer.objects.values_list("provenance", "by")) == {("call", rep.pk)}
    enrollment = enrollment_of(task)
    assert (enrollment.exit_reason, CallTask.objects.get().state) == ("qualified", "done")
    assert enrollment.touches.get().state == "sent"


def test_refused_answer_stores_nothing(task, rep):
    with pytest.raises(AnswersRefused):
        record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT, answers={"need": "nonsense"})
    assert (CallAttempt.objects.count(), Lead.objects.get().touched_at) == (0, None)
    task.refresh_from_db()
    assert task.state == "open"


def test_no_answer_is_tried_again_in_legal_hours_until_the_tries_are_used(task, rep):
    states, due = [], []
    night = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)  # Wednesday 22:00 in New York
    for _ in range(3):
        task = record_call(task=task, outcome=CallOutcome.NO_ANSWER, by=rep, now=night)
        states.append(task.state)
        due.append(task.due_at.isoformat())
    assert states == ["open", "open", "done"]
    assert due[0] == "2026-03-13T12:00:00+00:00"  # Friday 8:00 there
    assert (enrollment_of(task).position, Lead.objects.get().touched_at) == (1, None)


def test_call_back_is_kept_at_its_time_and_uses_up_no_try(task, rep):
    wanted = datetime(2026, 3, 16, 18, 15, tzinfo=UTC)
    for _ in range(4):
        task = record_call(task=task, outcome=CallOutcome.CALL_BACK, by=rep, now=AT, call_back_at=wanted)
    assert (task.state, task.due_at) == ("open", wanted)
    assert Lead.objects.get().engaged_at == AT


def test_call_back_at_night_is_moved_into_legal_hours(task, rep):
    night = datetime(2026, 3, 17, 3, 0, tzinfo=UTC)
    task = record_call(task=task, outcome=CallOutcome.CALL_BACK, by=rep, now=AT, call_back_at=night)
    assert task.due_at.isoformat() == "2026-03-17T12:00:00+00:00"


@pytest.mark.parametrize("when", [None, AT])
def test_call_back_needs_a_time_to_come(task, rep, when):
    with pytest.raises(CallRefused):
        record_call(task=task, outcome=CallOutcome.CALL_BACK, by=rep, now=AT, call_back_at=when)
    assert CallAttempt.objects.count() == 0


def test_not_interested_ends_the_sequence(task, rep):
    record_call(task=task, outcome=CallOutcome.NOT_INTERESTED, by=rep, now=AT)
    enrollment = enrollment_of(task)
    assert (enrollment.state, enrollment.exit_reason) == (EnrollmentState.EXITED, "not_interested")
    assert (enrollment.touches.get().state, Lead.objects.get().stage) == ("sent", Stage.UNQUALIFIED)


def test_do_not_call_suppresses_the_number_and_mails_go_on(task, rep):
    record_call(task=task, outcome=CallOutcome.DO_NOT_CALL, by=rep, now=AT)
    assert Lead.objects.get().do_not_call
    assert list(Suppression.objects.values_list("kind", "key", "reason")) == [("phone", PHONE, "do_not_call")]
    states = enrollment_of(task).touches.order_by("pk").values_list("kind", "state")
    assert list(states) == [("call", "sent"), ("email", "planned")]


def test_wrong_number_fails_the_call_and_mails_go_on(task, rep):
    record_call(task=task, outcome=CallOutcome.WRONG_NUMBER, by=rep, now=AT)
    touches = enrollment_of(task).touches.order_by("pk").values_list("kind", "state", "error")
    assert list(touches) == [("call", "failed", "Wrong number."), ("email", "planned", "")]
    assert Lead.objects.get().touched_at is None


def test_call_that_is_closed_takes_no_second_outcome(task, rep):
    record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT)
    with pytest.raises(CallRefused):
        record_call(task=task, outcome=CallOutcome.CONNECTED, by=rep, now=AT)
    assert CallAttempt.objects.count() == 1


def test_queue_shows_what_is_due_the_longest_first(as_rep, enrolled, rep):
    late, soon = (LeadFactory(phone=PHONE, owner=rep, time_zone="UTC") for _ in range(2))
    enrolled(CALL, lead=soon, now=later(hours=2))
    enrolled(CALL, lead=late, key="other")
    enrolled(CALL, lead=LeadFactory(phone=PHONE, owner=UserFactory()), key="third")
    content = as_rep.get(reverse("nurture:calls")).content.decode()
    assert 0 < content.index(str(late)) < content.index(str(soon))
    assert content.count('class="row-link"') == 2


def test_queue_of_nobody_says_what_to_do(as_rep):
    assert "No calls to make" in as_rep.get(reverse("nurture:calls")).content.decode()


def test_workspace_has_script_and_questions_and_saving_leads_to_the_next_call(
    as_rep, task, enrolled, rep, time_machine
):
    time_machine.move_to(AT)
    enrolled(CALL, lead=LeadFactory(phone=PHONE, owner=rep), key="other")
    following = CallTask.objects.exclude(pk=task.pk).get()
    page = as_rep.get(reverse("nurture:call", args=[task.pk]))
    assert "Hello Pat" in page.content.decode()
    assert [name for name in page.context["form"].fields if name.startswith("answer-")][:2] == [
        "answer-need",
        "answer-time_frame",
    ]
    data = {"outcome": "connected", "note": "Will think", "minutes": "4", "answer-need": "new"}
    response = as_rep.post(reverse("nurture:call", args=[task.pk]), data)
    assert response.url == reverse("nurture:call", args=[following.pk])
    attempt = CallAttempt.objects.get()
    assert (attempt.note, attempt.duration, Answer.objects.get().value) == ("Will think", 240, "new")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"outcome": "fine"},
        {"outcome": "call_back"},
        {"outcome": "connected", "answer-need": "x"},
        {"minutes": "-1"},
    ],
)
def test_workspace_refuses_what_makes_no_sense(as_rep, task, data):
    response = as_rep.post(reverse("nurture:call", args=[task.pk]), data)
    assert (response.status_code, CallAttempt.objects.count()) == (422, 0)


@pytest.mark.parametrize("method", ["get", "post"])
def test_call_of_somebody_else_is_not_found(client, task, method):
    client.force_login(UserFactory())
    assert getattr(client, method)(reverse("nurture:call", args=[task.pk])).status_code == 404
    assert CallAttempt.objects.count() == 0


def test_open_call_is_the_teams(client, task, rep):
    team = Team.objects.create(name="East")
    CallTask.objects.update(assignee=None)
    Lead.objects.update(owner=None, team=team)
    for user, status in ((UserFactory(team=team), 200), (UserFactory(), 404)):
        client.force_login(user)
        assert client.get(reverse("nurture:call", args=[task.pk])).status_code == status


def test_marketing_sees_calls_but_makes_none(client, task):
    client.force_login(UserFactory(marketing_manager=True))
    assert client.get(reverse("nurture:calls")).status_code == 200
    assert client.post(reverse("nurture:call", args=[task.pk]), {"outcome": "connected"}).status_code == 403
    assert CallAttempt.objects.count() == 0


@pytest.mark.parametrize(("hour", "link"), [(14, True), (3, False)])
def test_number_can_be_dialed_only_in_legal_hours(as_rep, task, time_machine, hour, link):
    time_machine.move_to(datetime(2026, 3, 11, hour, 0, tzinfo=UTC))
    content = as_rep.get(reverse("nurture:call", args=[task.pk])).content.decode()
    assert (reverse("nurture:dial", args=[task.pk]) in content) == link
    assert f"tel:{PHONE}" not in content
    assert f">{(hour - 4) % 24:02}:00<" in content  # what the clock shows in New York, not where the rep is


@pytest.mark.parametrize("count", [1, 20])
def test_queue_query_count(as_rep, enrolled, rep, count, django_assert_max_num_queries):
    for n in range(count):
        enrolled(CALL, lead=LeadFactory(phone=PHONE, owner=rep), key=f"s{n}")
    with django_assert_max_num_queries(10):
        as_rep.get(reverse("nurture:calls"))


def test_stop_button_ends_the_enrollment(as_rep, task):
    enrollment = task.touch.enrollment
    response = as_rep.post(reverse("nurture:stop", args=[enrollment.pk]))
    assert response.url == enrollment.lead.get_absolute_url()
    assert (enrollment_of(task).exit_reason, CallTask.objects.get().state) == ("stopped", "cancelled")


def test_enrollment_of_somebody_else_cannot_be_stopped(client, task):
    client.force_login(UserFactory())
    assert client.post(reverse("nurture:stop", args=[task.touch.enrollment_id])).status_code == 404
    assert enrollment_of(task).state == "active"


def test_lead_page_and_today_show_nurture(as_rep, task, rep):
    record_call(task=task, outcome=CallOutcome.NO_ANSWER, by=rep, now=AT, note="rang out")
    page = as_rep.get(task.lead.get_absolute_url()).content.decode()
    assert all(text in page for text in ("Nurture began: Test", "Call: no answer", "rang out"))
    assert reverse("nurture:call", args=[task.pk]) in as_rep.get(reverse("web:today")).content.decode()
    assert NOW < AT
