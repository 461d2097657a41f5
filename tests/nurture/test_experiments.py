"""Hold-out and variants: drawn at random, once, and kept."""

from collections import Counter

import pytest

from leads.models import Arm, Draw, Experiment
from nurture.models import Enrollment, ExitReason, Sequence, Touch
from nurture.services.enrollment import enroll_waiting
from nurture.services.exits import stop_enrollment
from nurture.services.holdout import experiments_of
from nurture.services.sequences import new_version, publish_sequence
from nurture.services.variants import StopRefused, step_of, stop_variant
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL, later
from tests.nurture.test_steps import run, run_days

pytestmark = pytest.mark.django_db


def drawn():
    return Counter(Draw.objects.values_list("experiment__key", "arm__key"))


def test_share_of_the_leads_is_held_out_and_the_rest_enrolled(make_sequence):
    make_sequence(EMAIL, holdout_percent=30)
    LeadFactory.create_batch(300)
    enrolled = enroll_waiting(now=NOW)
    counts = drawn()
    assert counts == {("nurture:test", "hold-out"): 300 - enrolled, ("nurture:test", "nurtured"): enrolled}
    assert 60 <= counts["nurture:test", "hold-out"] <= 120
    assert [(arm.key, arm.weight, arm.control) for arm in Arm.objects.all()] == [
        ("hold-out", 30, True), ("nurtured", 70, False),
    ]  # fmt: skip


def test_held_out_lead_is_kept_out_of_all_nurture_for_ever(make_sequence):
    make_sequence(EMAIL, holdout_percent=90)
    LeadFactory.create_batch(30)
    enroll_waiting(now=NOW)
    out = set(Draw.objects.filter(arm__key="hold-out").values_list("lead", flat=True))
    make_sequence(EMAIL, key="other", priority=9)
    publish_sequence(sequence=new_version(sequence=Sequence.objects.get(key="test")))
    type(LeadFactory()).objects.filter(pk__in=out).update(last_inquiry_at=later(days=40))
    enroll_waiting(now=later(days=41))
    assert out
    assert not Enrollment.objects.filter(lead__in=out).exists()


def test_lead_that_takes_in_a_held_out_one_is_held_out(make_sequence):
    make_sequence(EMAIL, holdout_percent=90)
    leads = LeadFactory.create_batch(20)
    enroll_waiting(now=NOW)
    out = Draw.objects.filter(arm__key="hold-out").first().lead
    survivor, another = LeadFactory(), LeadFactory()
    type(out).objects.filter(pk=out.pk).update(merged_into=survivor, email="", email_key="")
    Sequence.objects.update(holdout_percent=0)  # from now on it holds nobody out
    enroll_waiting(now=NOW)
    assert (survivor.enrollments.count(), another.enrollments.count(), len(leads)) == (0, 1, 20)


def test_another_share_is_for_the_leads_that_come_after(make_sequence):
    first = make_sequence(EMAIL, holdout_percent=50)
    LeadFactory.create_batch(40)
    enroll_waiting(now=NOW)
    before = dict(Draw.objects.values_list("lead", "arm__key"))
    draft = new_version(sequence=first)
    type(draft).objects.filter(pk=draft.pk).update(holdout_percent=10)
    draft.refresh_from_db()
    publish_sequence(sequence=draft)
    new = LeadFactory.create_batch(5)
    enroll_waiting(now=later(days=1))
    assert [(e.key, e.ended_at) for e in experiments_of("test")] == [
        ("nurture:test:2", None), ("nurture:test", later(days=1)),
    ]  # fmt: skip
    rows = Draw.objects.filter(experiment__key="nurture:test").values_list("lead", "arm__key")
    assert dict(rows) == before
    assert set(Draw.objects.filter(experiment__key="nurture:test:2").values_list("lead", flat=True)) == {
        lead.pk for lead in new
    }


def test_lead_that_was_nurtured_is_not_held_out_of_its_second_time(enrolled):
    enrollment = enrolled(EMAIL, enroll_again_after_days=1, max_times=9)
    stop_enrollment(enrollment=enrollment, reason=ExitReason.STOPPED, now=NOW)
    draft = new_version(sequence=enrollment.sequence)
    type(draft).objects.filter(pk=draft.pk).update(holdout_percent=90)
    draft.refresh_from_db()
    publish_sequence(sequence=draft)
    assert (enroll_waiting(now=later(days=2)), Draw.objects.count()) == (1, 0)


@pytest.fixture
def tested(make_sequence):
    """A published sequence of one mail with the variants a (weight 1), b (weight 2) and c (weight 1)."""

    def make(**fields):
        draft = make_sequence(EMAIL | {"subject": "Text a"}, publish=False, **fields)
        for key, weight in (("b", 2), ("c", 1)):
            draft.steps.get().variants.create(key=key, weight=weight, subject=f"Text {key}", body="So?")
        return publish_sequence(sequence=draft)

    return make


def texts():
    return Counter(Touch.objects.values_list("variant__key", flat=True))


def test_each_lead_is_drawn_into_one_text_and_is_sent_that_one(tested, mailoutbox):
    step = tested().steps.get()
    LeadFactory.create_batch(200)
    run(NOW)
    counts = Counter(sent.subject for sent in mailoutbox)
    assert {key: counts[f"Text {key}"] for key in "abc"} == {
        arm: count for (_, arm), count in drawn().items()
    }  # fmt: skip
    assert counts["Text b"] > counts["Text a"] > 25
    assert counts["Text b"] > counts["Text c"] > 25
    experiment = Experiment.objects.get()
    arms = [(arm.key, arm.weight, arm.control) for arm in experiment.arms.all()]
    assert (experiment.key, arms) == (f"nurture-step:{step.pk}", [("a", 1, True), ("b", 2, False), ("c", 1, False)])
    assert step_of(experiment.arms.last()) == step


def test_stopped_text_gets_no_more_leads_and_the_last_cannot_be_stopped(tested):
    step = tested().steps.get()
    stop_variant(step=step, key="a", now=NOW)
    stop_variant(step=step, key="b", now=NOW)
    stop_variant(step=step, key="b", now=later(days=1))
    LeadFactory.create_batch(20)
    enroll_waiting(now=NOW)
    assert texts() == {"c": 20}
    with pytest.raises(StopRefused, match="“c” is the last text"):
        stop_variant(step=step, key="c", now=NOW)
    with pytest.raises(StopRefused, match="has no variant “x”"):
        stop_variant(step=step, key="x", now=NOW)
    step.refresh_from_db()
    assert (step.stopped_at, step.variants.get(key="b").stopped_at) == (NOW, NOW)


def test_lead_that_comes_round_again_gets_its_text_unless_that_was_stopped(tested, mailoutbox):
    sequence = tested(enroll_again_after_days=1, max_times=9)
    leads = LeadFactory.create_batch(12)
    run_days(1)
    first = dict(Touch.objects.values_list("enrollment__lead", "variant__key"))
    run_days(5)
    again = dict(Touch.objects.filter(enrollment__number=2).values_list("enrollment__lead", "variant__key"))
    assert (again, len(again), sequence.version) == (first, len(leads), 1)
    stop_variant(step=sequence.steps.get(), key="b", now=later(days=6))
    before = Draw.objects.count()
    run_days(12)
    third = Touch.objects.filter(enrollment__number__gt=2, due_at__gt=later(days=6))
    assert third.count() > len(leads)
    assert not third.filter(variant__key="b").exists()
    assert Draw.objects.count() == before


@pytest.mark.parametrize("count", [2, 40])
def test_drawing_for_many_costs_no_more_queries_than_for_few(tested, count, django_assert_max_num_queries):
    tested(holdout_percent=10)
    LeadFactory.create_batch(count, time_zone="UTC", country="XX")
    with django_assert_max_num_queries(48):
        enroll_waiting(now=NOW)
    assert Draw.objects.filter(experiment__key="nurture:test").count() == count
