"""Step kinds: where an enrollment goes, and when."""

import pytest

from leads.models import EngagementKind, Question, Reason, Stage, StageChange
from leads.services.engagement import record_engagement
from leads.services.qualification import give_answers
from nurture.models import CallOutcome, EnrollmentState, StepKind, TouchState
from nurture.services.calls import record_call
from nurture.services.delivery import deliver
from nurture.services.dispatch import advance_due, sweep
from nurture.services.enrollment import enroll_waiting
from nurture.services.progress import touch_is_over
from tests.factories import NOW, CampaignFactory, LeadFactory, SourceFactory, UserFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later

pytestmark = pytest.mark.django_db

END = {"kind": StepKind.END}


def go_to(name, **fields):
    return {"kind": StepKind.GO_TO, "goes_to": name, **fields}


def branch(name, value=(), **fields):
    return {"kind": StepKind.BRANCH, "goes_to": name, "value": list(value), **fields}


def mail(subject, **fields):
    return EMAIL | {"subject": subject, **fields}


def run(now):
    for claim in sweep(now=now):
        deliver(touch_id=claim.touch_id, token=claim.token, now=now)


def run_days(days):
    for day in range(days):
        run(later(days=day, hours=1))


def test_end_finishes_before_the_steps_after_it(enrolled, mailoutbox):
    enrollment = enrolled(mail("one"), branch("two", ["yes"], field="clicked"), END, mail("two", name="two"))
    run_days(2)
    enrollment.refresh_from_db()
    assert (enrollment.state, [sent.subject for sent in mailoutbox]) == (EnrollmentState.FINISHED, ["one"])


def test_go_to_passes_over_what_is_between(enrolled, mailoutbox):
    enrolled(
        branch("two", ["yes"], field="replied"), go_to("three"), mail("two", name="two"), mail("three", name="three")
    )
    run_days(1)
    assert [sent.subject for sent in mailoutbox] == ["three"]


@pytest.fixture
def question(db):
    return Question.objects.create(key="budget", text="What is your budget?", kind="money", dimension="budget")


def answer(lead, value):
    give_answers(lead=lead, answers={"budget": value}, provenance="rep", now=NOW, by=UserFactory())


def clicks(lead):
    record_engagement(lead=lead, kind=EngagementKind.CLICK, now=later(minutes=1))


def clicked_before(lead):
    record_engagement(lead=lead, kind=EngagementKind.CLICK, now=later(days=-1))


def replied(lead):
    record_engagement(lead=lead, kind=EngagementKind.REPLY, now=later(days=-9))


def was_given_back(lead):
    reason = Reason.objects.create(purpose="recycle", name="Too early")
    StageChange.objects.create(lead=lead, from_stage=Stage.UNQUALIFIED, to_stage=Stage.MQL, at=later(days=-9))
    StageChange.objects.create(
        lead=lead, from_stage=Stage.MQL, to_stage=Stage.UNQUALIFIED, at=later(days=-8), reason=reason
    )


def scores(lead):
    type(lead).objects.filter(pk=lead.pk).update(score=60)


def comes_from_web(lead):
    source = SourceFactory(key="Web")
    type(lead).objects.filter(pk=lead.pk).update(source=source, campaign=CampaignFactory(source=source))


def nothing(lead):
    pass


CASES = [
    ({"field": "clicked", "value": ["yes"]}, clicks, True),
    ({"field": "clicked", "value": ["yes"]}, clicked_before, False),
    ({"field": "clicked", "value": ["yes"]}, nothing, False),
    ({"field": "clicked", "value": ["no"]}, nothing, True),
    ({"field": "replied", "value": ["yes"]}, replied, True),
    ({"field": "replied", "operator": "not_in", "value": ["yes"]}, replied, False),
    ({"field": "stages", "value": ["mql"]}, was_given_back, True),
    ({"field": "stages", "value": ["sal", "disqualified"]}, was_given_back, False),
    ({"field": "stages", "operator": "not_in", "value": ["mql"]}, nothing, True),
    ({"field": "score", "operator": "at_least", "value": ["50"]}, scores, True),
    ({"field": "score", "operator": "at_least", "value": ["50"]}, nothing, False),
    ({"field": "source", "value": ["web"]}, comes_from_web, True),
    ({"field": "source", "value": ["web"]}, nothing, False),
    ({"field": "source", "operator": "not_in", "value": ["web"]}, nothing, True),
    ({"field": "source", "operator": "answered"}, nothing, False),
    ({"field": "outcome", "value": ["voicemail"]}, nothing, False),
]


@pytest.mark.parametrize(("condition", "happens", "goes"), CASES)
def test_branch_goes_where_it_says_if_it_holds(enrolled, mailoutbox, condition, happens, goes):
    enrollment = enrolled(WAIT, branch("jump", **condition), mail("on"), END, mail("jumped", name="jump"))
    happens(enrollment.lead)
    run(later(days=3, hours=1))
    assert [sent.subject for sent in mailoutbox] == ["jumped" if goes else "on"]


@pytest.mark.parametrize(
    ("operator", "value", "said", "goes"),
    [
        ("at_least", ["5000"], "7000", True),
        ("at_least", ["5000"], "300", False),
        ("at_least", ["5000"], None, False),
        ("answered", [], "300", True),
        ("answered", [], None, False),
    ],
)
def test_branch_looks_at_the_newest_answer(enrolled, mailoutbox, question, operator, value, said, goes):
    step = branch("jump", value, question=question, operator=operator)
    enrollment = enrolled(WAIT, step, mail("on"), END, mail("jumped", name="jump"))
    if said:
        answer(enrollment.lead, "1")
        answer(enrollment.lead, said)
    run(later(days=3, hours=1))
    assert [sent.subject for sent in mailoutbox] == ["jumped" if goes else "on"]


@pytest.mark.parametrize(("outcome", "subject"), [("voicemail", "voicemail"), ("connected", "spoken")])
def test_branch_on_the_outcome_of_the_call_before_it(enrolled, mailoutbox, outcome, subject):
    steps = (
        CALL | {"max_attempts": 1}, branch("jump", ["voicemail", "no_answer"], field="outcome"), mail("spoken"), END,
        mail("voicemail", name="jump"),
    )  # fmt: skip
    enrollment = enrolled(*steps, lead=LeadFactory(phone=PHONE))
    task = enrollment.lead.call_tasks.get()
    record_call(task=task, outcome=CallOutcome(outcome), by=UserFactory(), now=task.due_at)
    run(later(days=1))
    assert [sent.subject for sent in mailoutbox] == [subject]


def test_way_back_starts_a_new_round_and_ends_after_the_last(enrolled, mailoutbox):
    enrollment = enrolled(
        mail("again", name="start"), WAIT, go_to("start"), mail("last"), max_rounds=3,
    )  # fmt: skip
    run_days(14)
    enrollment.refresh_from_db()
    assert [sent.subject for sent in mailoutbox] == ["again", "again", "again", "last"]
    assert list(enrollment.touches.order_by("pk").values_list("round", flat=True)) == [1, 2, 3, 3]
    assert (enrollment.state, enrollment.round) == (EnrollmentState.FINISHED, 3)


def test_branch_back_leaves_the_loop_once_it_no_longer_holds(enrolled, mailoutbox):
    enrollment = enrolled(
        mail("ask", name="ask"), WAIT, branch("ask", ["no"], field="clicked"), mail("thanks"), max_rounds=9,
    )  # fmt: skip
    run_days(5)
    record_engagement(lead=enrollment.lead, kind=EngagementKind.CLICK, now=later(days=5))
    run_days(12)
    assert [sent.subject for sent in mailoutbox] == ["ask", "ask", "thanks"]


def test_late_news_of_an_earlier_round_moves_nothing(enrolled, mailoutbox):
    """A mail that was taken for lost, and is heard of again when the same step is on its way once more."""
    enrollment = enrolled(mail("again", name="start"), WAIT, go_to("start"))
    run_days(4)
    first, second = enrollment.touches.order_by("round")
    type(second).objects.filter(pk=second.pk).update(state=TouchState.PLANNED, sent_at=None)
    type(enrollment).objects.filter(pk=enrollment.pk).update(position=0, round=2, due_at=later(days=9))
    touch_is_over(touch=first, now=later(days=5))
    enrollment.refresh_from_db()
    assert (enrollment.position, enrollment.due_at) == (0, later(days=9))


@pytest.mark.parametrize("count", [1, 20])
def test_branches_of_many_cost_no_more_queries_than_of_one(
    make_sequence, question, count, django_assert_max_num_queries
):
    make_sequence(
        WAIT,
        branch("end", ["5000"], question=question, operator="at_least"),
        branch("end", ["yes"], field="clicked"),
        branch("end", ["voicemail"], field="outcome"),
        branch("end", ["sql"], field="stages"),
        branch("end", ["yes"], field="replied"),
        mail("on"),
        END | {"name": "end"},
    )
    LeadFactory.create_batch(count, time_zone="UTC")
    enroll_waiting(now=NOW)
    with django_assert_max_num_queries(22):
        assert advance_due(now=later(days=3)) == count
