import pytest

from leads.services.setup import install_defaults
from nurture.mail.choices import choices_of
from nurture.models import Sequence, SequenceStatus, StepKind
from nurture.services.sequences import (
    PublishRefused,
    new_version,
    pause_sequence,
    publish_sequence,
    resume_sequence,
)
from nurture.services.setup import install_default_sequence
from tests.factories import NOW
from tests.nurture.conftest import CALL, EMAIL, WAIT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([], "Test v1 has no e-mail and no call: add a step."),
        ([WAIT], "Test v1 has no e-mail and no call: add a step."),
        ([WAIT, EMAIL | {"body": "{{ settings }}"}], "Step 2: There is no merge tag “settings”."),
        ([EMAIL | {"subject": "{{ frist_name }}"}], "Step 1: There is no merge tag “frist_name”."),
        ([EMAIL | {"subject": "a\nBcc: b"}], "Step 1: A subject is one line without control characters."),
        ([CALL | {"script": "{% load x %}"}], "Step 1: The text cannot be used: unexpected tag 'load'."),
    ],
)
def test_sequence_that_cannot_work_is_not_published(make_sequence, steps, error):
    draft = make_sequence(*steps, publish=False)
    with pytest.raises(PublishRefused) as refused:
        publish_sequence(sequence=draft)
    assert [text.startswith(error) for text in refused.value.errors] == [True]
    draft.refresh_from_db()
    assert draft.status == SequenceStatus.DRAFT


def test_publishing_twice_is_refused(make_sequence):
    with pytest.raises(PublishRefused):
        publish_sequence(sequence=make_sequence(EMAIL))


def test_new_version_is_a_draft_with_the_same_steps(make_sequence):
    first = make_sequence(EMAIL, WAIT, CALL)
    drafts = [new_version(sequence=first), new_version(sequence=first)]
    assert [(draft.version, draft.status) for draft in drafts] == [(2, "draft"), (3, "draft")]
    steps = [list(s.steps.values_list("position", "kind", "subject", "body", "script")) for s in (first, drafts[1])]
    assert steps[0] == steps[1]
    first.refresh_from_db()
    assert (first.status, first.version) == ("published", 1)


def test_publishing_a_new_version_retires_the_one_that_was_paused(make_sequence):
    first = pause_sequence(sequence=make_sequence(EMAIL))
    publish_sequence(sequence=new_version(sequence=first))
    assert list(Sequence.objects.order_by("version").values_list("status", flat=True)) == ["retired", "published"]


def test_only_what_runs_is_paused_and_only_what_is_paused_is_resumed(make_sequence):
    sequence = make_sequence(EMAIL)
    with pytest.raises(PublishRefused):
        resume_sequence(sequence=sequence)
    assert resume_sequence(sequence=pause_sequence(sequence=sequence)).status == "published"
    with pytest.raises(PublishRefused):
        pause_sequence(sequence=new_version(sequence=sequence))


def test_default_sequence_is_published_and_asks_with_links(company):
    install_defaults(now=NOW)
    first, again = install_default_sequence(now=NOW), install_default_sequence(now=NOW)
    assert (first, first.status, Sequence.objects.count()) == (again, "published", 1)
    asked = [step.question.key for step in first.steps.filter(kind=StepKind.EMAIL)]
    assert asked == ["time_frame", "budget", "authority", "time_frame"]
    assert all(choices_of(step.question) for step in first.steps.filter(kind=StepKind.EMAIL))


def test_default_sequence_does_without_questions(company):
    sequence = install_default_sequence(now=NOW)
    assert (sequence.status, sequence.steps.filter(kind=StepKind.BRANCH).exists()) == ("published", False)
