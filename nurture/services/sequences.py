"""Versions of a sequence: drafted, published, paused, retired. A published version never changes."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from nurture.checks import problems_of
from nurture.models import Attachment, EnrollmentCondition, ExitReason, Sequence, SequenceStatus, Step, Touch, Variant
from nurture.services.exits import stop_enrollment


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
    """Nobody is enrolled, nothing is sent, until it is resumed: what workers have already is taken from them."""
    paused = _move(sequence, [SequenceStatus.PUBLISHED], SequenceStatus.PAUSED)
    # By ids: with a join the database would not look again at a touch that is just being begun.
    Touch.objects.filter(step__in=list(sequence.steps.values_list("pk", flat=True))).give_back()
    return paused


def resume_sequence(*, sequence: Sequence) -> Sequence:
    return _move(sequence, [SequenceStatus.PAUSED], SequenceStatus.PUBLISHED)


def retire_sequence(*, sequence: Sequence) -> Sequence:
    """For good: nobody is enrolled any more; who is in it goes on to the end."""
    return _move(sequence, [SequenceStatus.PUBLISHED, SequenceStatus.PAUSED], SequenceStatus.RETIRED)


def stop_sequence(*, sequence: Sequence, now: datetime) -> int:
    """Retired, and everybody who is in it, in whatever version, leaves it: nothing more is sent. Returns how many left.
    Stopping it again ends what goes on still."""
    Sequence.objects.filter(key=sequence.key).exclude(status=SequenceStatus.DRAFT).update(status=SequenceStatus.RETIRED)
    running = sequence.enrollments.model.objects.active().filter(sequence__key=sequence.key).order_by("lead_id")
    return sum(
        stop_enrollment(enrollment=enrollment, reason=ExitReason.STOPPED, now=now) for enrollment in running.iterator()
    )


@transaction.atomic
def new_version(*, sequence: Sequence) -> Sequence:
    """A draft with the same steps, variants and conditions; what was stopped is not in it."""
    versions = Sequence.objects.select_for_update().filter(key=sequence.key)
    newest = versions.aggregate(newest=Max("version"))["newest"] if list(versions) else 0
    draft = Sequence.objects.get(pk=sequence.pk)
    draft.pk, draft.version, draft.status = None, newest + 1, SequenceStatus.DRAFT
    draft.save(force_insert=True)
    for step in sequence.steps.prefetch_related("variants", "attachments"):
        _copy_step(step, draft)
    conditions = list(sequence.conditions.all())
    for condition in conditions:
        condition.pk, condition.sequence = None, draft
    EnrollmentCondition.objects.bulk_create(conditions)
    return draft


def _copy_step(step: Step, draft: Sequence) -> Step:
    running = [variant for variant in step.variants.all() if variant.stopped_at is None]
    attachments = list(step.attachments.all())
    if step.stopped_at and running:  # the first that is left becomes the step's own text
        own = running.pop(0)
        step.subject, step.body, step.weight = own.subject, own.body, own.weight
    step.pk, step.sequence, step.stopped_at = None, draft, None
    step.save(force_insert=True)
    for variant in running:
        variant.pk, variant.step = None, step
    Variant.objects.bulk_create(running)
    for attachment in attachments:
        attachment.pk, attachment.step = None, step
    Attachment.objects.bulk_create(attachments)
    return step


def _move(sequence: Sequence, sources: list[SequenceStatus], target: str) -> Sequence:
    if not Sequence.objects.filter(pk=sequence.pk, status__in=sources).update(status=target):
        names = " or ".join(str(source.label).lower() for source in sources)
        raise PublishRefused([f"{sequence} is not {names}."])
    return _refreshed(sequence)


def _set(sequence: Sequence, status: str) -> Sequence:
    Sequence.objects.filter(pk=sequence.pk).update(status=status)
    return _refreshed(sequence)


def _refreshed(sequence: Sequence) -> Sequence:
    sequence.refresh_from_db()
    return sequence
