"""Touches that are due are claimed for the workers by compare-and-swap, with a lease and a fencing token: whoever holds
an old token can do nothing any more."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest

from django.conf import settings
from django.db import transaction

from nurture.claiming import skip_locked
from nurture.models import Step, StepKind, Touch, TouchState

LEASE = timedelta(seconds=settings.NURTURE_LEASE_SECONDS)
MAX_CLAIMED = 500  # on their way at once: a slow mail server must not let leases run out in the queue
TOGETHER = 50  # that one worker sends one after the other: seconds of work


@dataclass(frozen=True)
class Claim:
    touch_id: int
    token: uuid.UUID


@transaction.atomic
def claim_due(*, now: datetime, limit: int = MAX_CLAIMED) -> list[Claim]:
    """As many as there is room for among ``limit`` that are on their way. Nobody else gets a touch that is returned
    here until its lease has run out."""
    room = limit - Touch.objects.filter(state=TouchState.CLAIMED).count()
    if room <= 0:
        return []
    chosen = Touch.objects.filter(pk__in=_fair(now, room)).due(now)
    ids = [touch.pk for touch in skip_locked(chosen.only("pk"))]
    token = uuid.uuid4()
    Touch.objects.filter(pk__in=ids, state=TouchState.PLANNED).update(
        state=TouchState.CLAIMED, token=token, lease_until=now + LEASE
    )
    return [Claim(pk, token) for pk in Touch.objects.filter(pk__in=ids, token=token).values_list("pk", flat=True)]


def bundles(claims: list[Claim]) -> Iterator[list[Claim]]:
    """For one worker each."""
    for start in range(0, len(claims), TOGETHER):
        yield claims[start : start + TOGETHER]


def _fair(now: datetime, room: int) -> list[int]:
    """Which ones: all that are due, while there is room for them; else of each sequence those that are due longest, in
    turns, so that one with ten thousand leads does not keep another waiting."""
    due = Touch.objects.due(now).order_by("due_at", "pk")
    first = list(due.values_list("pk", flat=True)[:room])
    if len(first) < room:
        return first
    return list(islice(_in_turns(_lines(now, room)), room))


def _lines(now: datetime, room: int) -> list[list[int]]:
    """One for each sequence, whatever its versions."""
    steps: dict[str, list[int]] = {}
    for key, pk in Step.objects.filter(kind=StepKind.EMAIL).values_list("sequence__key", "pk"):
        steps.setdefault(key, []).append(pk)
    due = Touch.objects.due(now).order_by("due_at", "pk").values_list("pk", flat=True)
    return [list(due.filter(step__in=pks)[:room]) for pks in steps.values()]


def _in_turns(lines: Iterable[Iterable[int]]) -> Iterator[int]:
    return (pk for pk in chain.from_iterable(zip_longest(*lines)) if pk is not None)
