"""Versions of a sequence: drafted, published, paused, retired. A published version never changes."""

from django.db import transaction
from django.db.models import Max

from nurture.mail.templates import TemplateRefused, check_line, check_template
from nurture.models import Sequence, SequenceStatus, Step, StepKind


class PublishRefused(Exception):
    """``errors`` are for a person."""

    def __init__(self, errors: list[str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors))


@transaction.atomic
def publish_sequence(*, sequence: Sequence) -> Sequence:
    """From now on it enrolls leads. The version published before is retired: who is in it goes on with it. Raises
    PublishRefused."""
    sequence = Sequence.objects.select_for_update().get(pk=sequence.pk)
    if errors := problems_of(sequence):
        raise PublishRefused(errors)
    former = Sequence.objects.filter(key=sequence.key, status__in=[SequenceStatus.PUBLISHED, SequenceStatus.PAUSED])
    former.update(status=SequenceStatus.RETIRED)
    return _set(sequence, SequenceStatus.PUBLISHED)


def pause_sequence(*, sequence: Sequence) -> Sequence:
    """Nobody is enrolled, nothing is sent, until it is resumed."""
    return _move(sequence, SequenceStatus.PUBLISHED, SequenceStatus.PAUSED)


def resume_sequence(*, sequence: Sequence) -> Sequence:
    return _move(sequence, SequenceStatus.PAUSED, SequenceStatus.PUBLISHED)


@transaction.atomic
def new_version(*, sequence: Sequence) -> Sequence:
    """A draft with the same steps."""
    versions = Sequence.objects.select_for_update().filter(key=sequence.key)
    newest = versions.aggregate(newest=Max("version"))["newest"] if list(versions) else 0
    steps = list(sequence.steps.all())
    draft = Sequence.objects.get(pk=sequence.pk)
    draft.pk, draft.version, draft.status = None, newest + 1, SequenceStatus.DRAFT
    draft.save(force_insert=True)
    for step in steps:
        step.pk, step.sequence = None, draft
    Step.objects.bulk_create(steps)
    return draft


def problems_of(sequence: Sequence) -> list[str]:
    """What keeps the draft from being published."""
    steps = list(sequence.steps.all())
    if sequence.status != SequenceStatus.DRAFT:
        return [f"{sequence} is {sequence.get_status_display().lower()}: only a draft can be published."]
    if not any(step.kind != StepKind.WAIT for step in steps):
        return [f"{sequence} has no e-mail and no call: add a step."]
    return [f"Step {number}: {error}" for number, step in enumerate(steps, 1) for error in _problems_of(step)]


def _problems_of(step: Step) -> list[str]:
    errors = []
    for check, text in ((check_line, step.subject), (check_template, step.body), (check_template, step.script)):
        try:
            check(text)
        except TemplateRefused as error:
            errors.append(str(error))
    return errors


def _move(sequence: Sequence, source: str, target: str) -> Sequence:
    if not Sequence.objects.filter(pk=sequence.pk, status=source).update(status=target):
        raise PublishRefused([f"{sequence} is not {SequenceStatus(source).label.lower()}."])
    return _refreshed(sequence)


def _set(sequence: Sequence, status: str) -> Sequence:
    Sequence.objects.filter(pk=sequence.pk).update(status=status)
    return _refreshed(sequence)


def _refreshed(sequence: Sequence) -> Sequence:
    sequence.refresh_from_db()
    return sequence
