"""What keeps a sequence from being published, each with a message that names the step."""

import pytest

from leads.models import Question
from nurture.models import EnrollmentCondition, SequenceStatus, Variant
from nurture.services.sequences import PublishRefused, new_version, publish_sequence, retire_sequence, stop_sequence
from tests.factories import NOW
from tests.nurture.conftest import CALL, EMAIL, WAIT
from tests.nurture.test_steps import END, branch, go_to

pytestmark = pytest.mark.django_db


def refused(draft):
    with pytest.raises(PublishRefused) as error:
        publish_sequence(sequence=draft)
    draft.refresh_from_db()
    assert draft.status == SequenceStatus.DRAFT
    return error.value.errors


@pytest.mark.parametrize(
    ("steps", "errors"),
    [
        (
            [EMAIL, go_to("nowhere")],
            ["Step 2: There is no step named “nowhere” to go to. No step has a name yet."],
        ),
        (
            [EMAIL | {"name": "ask"}, WAIT, branch("aks", ["yes"], field="clicked")],
            ["Step 3: There is no step named “aks” to go to. There are: ask."],
        ),
        (
            [EMAIL, END, CALL | {"name": "call"}],
            ["Step 3 (“call”): No way leads here: name it and let a step go to it, or delete it."],
        ),
        (
            [EMAIL, go_to("end"), WAIT, END | {"name": "end"}],
            ["Step 3: No way leads here: name it and let a step go to it, or delete it."],
        ),
        (
            [WAIT, EMAIL | {"name": "ask"}, branch("ask", ["no"], field="clicked")],
            ["Step 2 (“ask”), Step 3: they go round without a wait. Put a wait between them."],
        ),
        (
            [EMAIL | {"name": "a"}, go_to("a")],
            ["Step 1 (“a”), Step 2: they go round without a wait. Put a wait between them."],
        ),
        (
            [EMAIL, branch("end", ["bought"], field="outcome"), EMAIL, END | {"name": "end"}],
            [
                "Step 2: There is no “bought”. Known: connected, no_answer, voicemail, wrong_number, call_back, "
                "not_interested, do_not_call."
            ],
        ),
        (
            [EMAIL, branch("end", ["much"], field="score", operator="at_least"), EMAIL, END | {"name": "end"}],
            ["Step 2: Enter a number. Example: 50."],
        ),
        (
            [EMAIL, branch("end", [], field="country"), EMAIL, END | {"name": "end"}],
            ["Step 2: Enter at least one value."],
        ),
    ],
)
def test_sequence_that_cannot_be_walked_is_not_published(make_sequence, steps, errors):
    assert refused(make_sequence(*steps, publish=False)) == errors


@pytest.mark.parametrize(
    "steps",
    [
        [EMAIL | {"name": "ask"}, WAIT, branch("ask", ["no"], field="clicked")],
        [EMAIL | {"name": "ask"}, WAIT, go_to("ask"), CALL],  # after the last round it goes on to the call
        [branch("x", ["no"], field="replied"), EMAIL, END, WAIT | {"name": "x"}, go_to("y"), EMAIL | {"name": "y"}],
    ],
)  # fmt: skip
def test_sequence_with_loops_that_wait_is_published(make_sequence, steps):
    assert make_sequence(*steps).status == SequenceStatus.PUBLISHED


def test_branch_on_an_answer_that_is_no_choice_of_the_question_is_refused(make_sequence):
    need = Question.objects.create(key="need", text="What do you need?", kind="choice", dimension="need")
    need.choices.create(label="New", value="new", position=0)
    steps = [EMAIL, branch("end", ["old"], question=need), EMAIL, END | {"name": "end"}]
    assert refused(make_sequence(*steps, publish=False)) == [
        "Step 2: “old” is not an answer to “What do you need?”. There are: new."
    ]


def test_variant_with_an_unknown_tag_is_refused(make_sequence):
    draft = make_sequence(EMAIL, publish=False)
    Variant.objects.create(step=draft.steps.get(), key="b", subject="Hi {{ frist_name }}", body="So?")
    assert [error[:57] for error in refused(draft)] == ["Step 1: Variant b: There is no merge tag “frist_name”. Th"]


def test_sequence_without_a_weekday_is_refused(make_sequence):
    assert refused(make_sequence(EMAIL, publish=False, weekdays=[])) == [
        "Nothing would ever be sent: choose at least one weekday."
    ]


def test_condition_on_a_source_that_is_gone_is_refused(make_sequence):
    draft = make_sequence(EMAIL, publish=False)
    EnrollmentCondition.objects.create(sequence=draft, field="missing", value=["money"])
    assert [error[:51] for error in refused(draft)] == ["Nothing is known about: There is no “money”. Known:"]


def test_new_version_takes_variants_and_conditions_along_without_what_was_stopped(make_sequence):
    first = make_sequence(EMAIL | {"name": "ask", "stopped_at": NOW}, publish=False)
    for key, stopped in (("b", NOW), ("c", None), ("d", None)):
        first.steps.get().variants.create(key=key, subject=f"Subject {key}", body="So?", stopped_at=stopped)
    first.conditions.create(field="score", operator="at_least", value=["5"])
    draft = new_version(sequence=publish_sequence(sequence=first))
    step = draft.steps.get()
    assert (step.name, step.subject, step.stopped_at) == ("ask", "Subject c", None)
    assert list(step.variants.values_list("key", "subject")) == [("d", "Subject d")]
    assert list(draft.conditions.values_list("field", "value")) == [("score", ["5"])]
    assert (first.steps.get().variants.count(), first.conditions.count()) == (3, 1)


def test_retired_sequence_enrolls_nobody_and_lets_who_is_in_it_go_on(enrolled):
    enrollment = enrolled(EMAIL)
    assert retire_sequence(sequence=enrollment.sequence).status == SequenceStatus.RETIRED
    enrollment.refresh_from_db()
    assert enrollment.state == "active"


def test_stopped_sequence_ends_for_everybody_in_whatever_version(enrolled, make_sequence):
    enrollment = enrolled(EMAIL)
    second = publish_sequence(sequence=new_version(sequence=enrollment.sequence))
    bystander = make_sequence(EMAIL, key="other")
    assert [stop_sequence(sequence=second, now=NOW), stop_sequence(sequence=second, now=NOW)] == [1, 0]
    enrollment.refresh_from_db()
    assert (enrollment.exit_reason, enrollment.touches.get().state) == ("stopped", "cancelled")
    for sequence, status in ((second, "retired"), (bystander, "published")):
        sequence.refresh_from_db()
        assert sequence.status == status
