"""Whom a sequence enrolls, how often, and whom never."""

from datetime import timedelta

import pytest

from leads.models import Channel, Inquiry, InquiryForm, Question, Reason, Stage, StageChange
from leads.services.qualification import give_answers
from nurture.models import Enrollment, ExitReason, SweepCursor
from nurture.services.enrollment import enroll_waiting
from nurture.services.exits import stop_enrollment
from nurture.services.sequences import new_version, publish_sequence
from tests.factories import NOW, CampaignFactory, LeadFactory, SourceFactory, UserFactory
from tests.nurture.conftest import EMAIL, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def conditional(make_sequence):
    """conditional({"field": …}, …): a published sequence of one mail with these conditions."""

    def make(*conditions, **fields):
        draft = make_sequence(EMAIL, publish=False, **fields)
        for condition in conditions:
            draft.conditions.create(**condition)
        return publish_sequence(sequence=draft)

    return make


def asked_by(form):
    lead = LeadFactory()
    Inquiry.objects.create(lead=lead, form=form, channel=Channel.FORM, received_at=NOW, payload={})
    return lead


def disqualified_before():
    lead = LeadFactory()
    reason = Reason.objects.create(purpose="disqualify", name="No budget")
    moves = ((Stage.UNQUALIFIED, Stage.DISQUALIFIED, reason), (Stage.DISQUALIFIED, Stage.UNQUALIFIED, None))
    for start, end, why in moves:
        StageChange.objects.create(lead=lead, from_stage=start, to_stage=end, at=later(days=-2), reason=why)
    return lead


def knows_budget():
    Question.objects.create(key="budget", text="Budget?", kind="money", dimension="budget")
    lead = LeadFactory()
    give_answers(lead=lead, answers={"budget": "500"}, provenance="rep", now=NOW, by=UserFactory())
    return lead


def from_web():
    return LeadFactory(source=SourceFactory(key="web"))


def in_campaign():
    source = SourceFactory(key="fair")
    return LeadFactory(source=source, campaign=CampaignFactory(key="spring", source=source))


FITTING = [
    ({"field": "source", "value": ["Web"]}, from_web),
    ({"field": "source", "operator": "answered"}, from_web),
    ({"field": "source", "operator": "not_in", "value": ["bought"]}, from_web),
    ({"field": "source", "operator": "not_in", "value": ["web"]}, LeadFactory),
    ({"field": "campaign", "value": ["spring", "summer"]}, in_campaign),
    ({"field": "country", "value": ["de", "AT"]}, lambda: LeadFactory(country="AT")),
    ({"field": "employees", "operator": "at_least", "value": ["50"]}, lambda: LeadFactory(employees=50)),
    ({"field": "score", "operator": "at_most", "value": ["9"]}, LeadFactory),
    ({"field": "score", "operator": "answered"}, LeadFactory),
    ({"field": "score", "operator": "not_in", "value": ["5"]}, LeadFactory),
    ({"field": "job_title", "operator": "answered"}, lambda: LeadFactory(job_title="CEO")),
    ({"field": "missing", "value": ["budget", "need"]}, LeadFactory),
    ({"field": "missing", "operator": "not_in", "value": ["budget"]}, knows_budget),
    ({"field": "was_in", "value": ["disqualified"]}, disqualified_before),
    ({"field": "was_in", "operator": "not_in", "value": ["disqualified"]}, LeadFactory),
]
OTHERS = [
    ({"field": "source", "value": ["web"]}, LeadFactory),
    ({"field": "source", "operator": "answered"}, LeadFactory),
    ({"field": "source", "operator": "not_in", "value": ["WEB"]}, from_web),
    ({"field": "campaign", "value": ["autumn"]}, in_campaign),
    ({"field": "country", "value": ["DE"]}, LeadFactory),
    ({"field": "employees", "operator": "at_least", "value": ["50"]}, lambda: LeadFactory(employees=49)),
    ({"field": "employees", "operator": "at_least", "value": ["50"]}, LeadFactory),
    ({"field": "score", "operator": "at_least", "value": ["9"]}, LeadFactory),
    ({"field": "job_title", "operator": "answered"}, LeadFactory),
    ({"field": "missing", "value": ["budget", "need"]}, knows_budget),
    ({"field": "missing", "operator": "not_in", "value": ["budget"]}, LeadFactory),
    ({"field": "was_in", "value": ["disqualified"]}, LeadFactory),
    ({"field": "was_in", "operator": "not_in", "value": ["disqualified"]}, disqualified_before),
]


@pytest.mark.parametrize(
    ("condition", "make", "enrolled"), [(*case, 1) for case in FITTING] + [(*case, 0) for case in OTHERS]
)
def test_sequence_enrolls_whom_its_condition_fits(conditional, condition, make, enrolled):
    conditional(condition)
    make()
    assert enroll_waiting(now=NOW) == enrolled


@pytest.mark.parametrize(("operator", "enrolled"), [("in", 1), ("not_in", 1), ("answered", 1)])
def test_condition_on_the_form(conditional, operator, enrolled):
    form = InquiryForm.objects.create(name="Contact", slug="contact")
    other = InquiryForm.objects.create(name="Price list", slug="prices")
    conditional({"field": "form", "operator": operator, "value": ["contact"] if operator != "answered" else []})
    asked_by(form if operator != "not_in" else other)
    if operator == "in":
        asked_by(other)
    if operator == "not_in":
        asked_by(form)
    if operator == "answered":
        LeadFactory()
    assert enroll_waiting(now=NOW) == enrolled


def test_all_conditions_must_hold_and_the_next_sequence_takes_the_others(conditional):
    first = conditional(
        {"field": "country", "value": ["DE"]}, {"field": "employees", "operator": "at_least", "value": ["9"]},
        priority=5,
    )  # fmt: skip
    rest = conditional(key="rest")
    big, small = LeadFactory(country="DE", employees=10), LeadFactory(country="DE", employees=1)
    assert enroll_waiting(now=NOW) == 2
    assert (big.enrollments.get().sequence, small.enrollments.get().sequence) == (first, rest)


def ended(enrollment, at, reason=ExitReason.STOPPED):
    stop_enrollment(enrollment=enrollment, reason=reason, now=at)


def test_lead_goes_through_it_again_after_so_many_days_and_so_often(enrolled):
    enrollment = enrolled(EMAIL, enroll_again_after_days=30, max_times=2)
    lead = enrollment.lead
    ended(enrollment, later(days=5))
    assert [enroll_waiting(now=later(days=day)) for day in (6, 34, 35)] == [0, 0, 1]
    second = lead.enrollments.active().get()
    assert (second.number, second.touches.count()) == (2, 1)
    ended(second, later(days=36))
    assert enroll_waiting(now=later(days=80)) == 0


def test_times_are_counted_over_versions_and_merged_leads(enrolled):
    enrollment = enrolled(EMAIL, enroll_again_after_days=10, max_times=3)
    ended(enrollment, later(days=1))
    publish_sequence(sequence=new_version(sequence=enrollment.sequence))
    survivor = LeadFactory()
    type(survivor).objects.filter(pk=enrollment.lead_id).update(merged_into=survivor, email="", email_key="")
    assert [enroll_waiting(now=later(days=day)) for day in (10, 12)] == [0, 1]
    again = survivor.enrollments.get()
    assert (again.number, again.sequence.version) == (2, 2)


def test_whoever_opted_out_is_never_enrolled_again(enrolled):
    enrollment = enrolled(EMAIL, enroll_again_after_days=10)
    ended(enrollment, later(days=1), ExitReason.OPTED_OUT)
    assert enroll_waiting(now=later(days=50)) == 0


def test_a_lead_is_never_twice_at_once_in_a_sequence_it_may_repeat(enrolled):
    enrolled(EMAIL, enroll_again_after_days=1, max_times=9)
    assert enroll_waiting(now=later(days=30)) == 0


def test_many_leads_are_looked_at_by_turns_and_recent_ones_every_time(make_sequence):
    make_sequence(EMAIL)
    LeadFactory.create_batch(5, last_inquiry_at=later(days=-10))
    fresh = LeadFactory()
    assert enroll_waiting(now=NOW, by_turns=2) == 3
    assert Enrollment.objects.filter(lead=fresh).exists()
    assert [enroll_waiting(now=NOW, by_turns=2) for _ in range(4)] == [2, 1, 0, 0]
    LeadFactory(last_inquiry_at=later(days=-10))
    assert sum(enroll_waiting(now=NOW, by_turns=2) for _ in range(4)) == 1


def test_turn_is_taken_again_where_there_were_more_than_could_be_enrolled(make_sequence):
    make_sequence(EMAIL)
    LeadFactory.create_batch(4, last_inquiry_at=later(days=-10))
    assert [enroll_waiting(now=NOW, by_turns=3, limit=2) for _ in range(3)] == [2, 1, 1]


def test_cursor_behind_the_last_lead_begins_again(make_sequence):
    make_sequence(EMAIL)
    LeadFactory(last_inquiry_at=later(days=-10))
    SweepCursor.objects.create(name="enroll", lead_id=10**9)
    assert [enroll_waiting(now=NOW), enroll_waiting(now=NOW)] == [0, 1]


def test_unconfirmed_lead_waits_a_day_and_is_then_among_the_recent(make_sequence):
    make_sequence(EMAIL)
    LeadFactory(email_unconfirmed=True, phone="+14155550132")
    LeadFactory.create_batch(3, last_inquiry_at=later(days=-100))
    found = [enroll_waiting(now=NOW + timedelta(hours=hours), by_turns=1) for hours in (0, 23, 24)]
    assert found == [0, 0, 1]
