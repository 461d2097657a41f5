from datetime import time

import pytest
from django.db import IntegrityError, transaction

from leads.models import Stage
from leads.services.marks import opt_out_of_calls, opt_out_of_email
from nurture.models import Enrollment, EnrollmentState, ExitReason, SequenceStatus, Suppression, TouchState
from nurture.services.enrollment import enroll_waiting
from nurture.services.exits import exit_enrollments, stop_enrollment
from nurture.services.sequences import new_version, pause_sequence, publish_sequence
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later

pytestmark = pytest.mark.django_db


def test_waiting_lead_is_enrolled_once_however_often_it_sweeps(make_sequence):
    make_sequence(EMAIL)
    lead = LeadFactory()
    assert [enroll_waiting(now=NOW), enroll_waiting(now=NOW), enroll_waiting(now=later(days=2))] == [1, 0, 0]
    enrollment = Enrollment.objects.get()
    assert (enrollment.lead, enrollment.touches.count()) == (lead, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"stage": Stage.MQL, "path": "nurtured", "reached_sales_at": NOW},
        {"stage": Stage.DISQUALIFIED},
        {"email": ""},
        {"last_inquiry_at": later(days=-91)},
        {"last_inquiry_at": later(days=1)},
        {"email_opt_out": True},
        {"email_opt_out": True, "phone": PHONE, "do_not_call": True},
    ],
)
def test_lead_that_is_not_for_nurture_is_not_enrolled(make_sequence, fields):
    make_sequence(EMAIL)
    LeadFactory(**fields)
    assert enroll_waiting(now=NOW) == 0


def test_merged_lead_is_not_enrolled(make_sequence):
    make_sequence(EMAIL)
    LeadFactory(email="", merged_into=LeadFactory(email=""))
    assert enroll_waiting(now=NOW) == 0


def test_suppressed_address_is_not_enrolled(make_sequence):
    make_sequence(EMAIL)
    lead = LeadFactory(email="P.at+x@gmail.com")
    Suppression.objects.create(kind="email", key="pat@gmail.com", reason="bounce", created_at=NOW)
    assert (lead.email_key, enroll_waiting(now=NOW)) == ("pat@gmail.com", 0)


def test_lead_without_mail_is_enrolled_for_the_calls(make_sequence):
    make_sequence(EMAIL, CALL)
    LeadFactory(email="", phone=PHONE)
    assert enroll_waiting(now=NOW) == 1
    states = Enrollment.objects.get().touches.order_by("pk").values_list("kind", "state", "skip_reason")
    assert list(states) == [("email", "skipped", "no_address"), ("call", "planned", "")]


def test_highest_priority_enrolls(make_sequence):
    make_sequence(EMAIL, key="low")
    high = make_sequence(EMAIL, key="high", priority=5)
    LeadFactory()
    assert enroll_waiting(now=NOW) == 1
    assert Enrollment.objects.get().sequence == high


def test_paused_and_draft_sequences_enroll_nobody(make_sequence):
    pause_sequence(sequence=make_sequence(EMAIL, key="paused"))
    make_sequence(EMAIL, key="draft", publish=False)
    LeadFactory()
    assert enroll_waiting(now=NOW) == 0


def test_new_version_does_not_write_to_the_same_people_again(make_sequence):
    first = make_sequence(EMAIL)
    LeadFactory()
    enroll_waiting(now=NOW)
    stop_enrollment(enrollment=Enrollment.objects.get(), reason=ExitReason.STOPPED, now=NOW)
    second = publish_sequence(sequence=new_version(sequence=first))
    first.refresh_from_db()
    assert (first.status, second.version, second.steps.count()) == (SequenceStatus.RETIRED, 2, 1)
    assert enroll_waiting(now=later(hours=1)) == 0


def test_whoever_stopped_nurture_is_left_alone_by_other_sequences(enrolled, make_sequence):
    enrollment = enrolled(EMAIL, lead=LeadFactory(phone=PHONE))
    stop_enrollment(enrollment=enrollment, reason=ExitReason.OPTED_OUT, now=NOW)
    make_sequence(CALL, key="calls")
    assert enroll_waiting(now=NOW) == 0


def test_limit_is_kept(make_sequence):
    make_sequence(EMAIL)
    LeadFactory.create_batch(3)
    assert [enroll_waiting(now=NOW, limit=2), enroll_waiting(now=NOW, limit=2)] == [2, 1]


def test_database_refuses_two_active_enrollments(enrolled, make_sequence):
    enrollment = enrolled(EMAIL)
    other = make_sequence(EMAIL, key="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrollment.objects.create(lead=enrollment.lead, sequence=other, enrolled_at=NOW, due_at=NOW)


def test_database_refuses_an_active_enrollment_that_nobody_looks_at(enrolled):
    enrollment = enrolled(EMAIL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrollment.objects.filter(pk=enrollment.pk).update(due_at=None)


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        (Stage.MQL, ExitReason.QUALIFIED),
        (Stage.SAL, ExitReason.ACCEPTED),
        (Stage.SQL, ExitReason.ACCEPTED),
        (Stage.CONVERTED, ExitReason.CONVERTED),
        (Stage.DISQUALIFIED, ExitReason.DISQUALIFIED),
    ],
)
def test_lead_that_left_the_stage_leaves_nurture(enrolled, stage, reason):
    enrollment = enrolled(EMAIL)
    lead = enrollment.lead
    type(lead).objects.filter(pk=lead.pk).update(stage=stage, path="nurtured", reached_sales_at=NOW)
    assert [exit_enrollments(now=later(hours=1)), exit_enrollments(now=later(hours=2))] == [1, 0]
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.exit_reason) == (EnrollmentState.EXITED, reason)
    assert enrollment.ended_at == later(hours=1)
    assert enrollment.touches.get().state == TouchState.CANCELLED


def test_merged_lead_leaves_nurture(enrolled):
    enrollment = enrolled(EMAIL)
    lead = enrollment.lead
    type(lead).objects.filter(pk=lead.pk).update(merged_into=LeadFactory(email="x@y.example", last_inquiry_at=None))
    assert exit_enrollments(now=NOW) == 1
    enrollment.refresh_from_db()
    assert enrollment.exit_reason == ExitReason.MERGED


def test_exit_cancels_the_open_call(enrolled):
    enrollment = enrolled(CALL, lead=LeadFactory(phone=PHONE))
    lead = enrollment.lead
    opt_out_of_email(lead=lead)
    assert exit_enrollments(now=NOW) == 0  # they may still be called
    opt_out_of_calls(lead=lead)
    assert exit_enrollments(now=NOW) == 1
    enrollment.refresh_from_db()
    assert (enrollment.exit_reason, lead.call_tasks.get().state) == (ExitReason.OPTED_OUT, "cancelled")


def test_touch_is_planned_in_the_leads_own_daytime(enrolled):
    lead = LeadFactory(time_zone="Australia/Lord_Howe", country="AU")
    enrollment = enrolled(EMAIL, lead=lead, window_start=time(9), window_end=time(17), weekdays=[0, 1, 2, 3, 4])
    due = enrollment.touches.get().due_at.astimezone(lead.zone)
    assert due.isoformat() == "2026-03-11T09:00:00+11:00"  # NOW is 21:00 there


def test_wait_counts_from_the_step_before(enrolled):
    enrollment = enrolled(WAIT, EMAIL)
    assert (enrollment.position, enrollment.due_at) == (1, later(days=3))
    assert enrollment.touches.count() == 0
