"""Nurture's sweep over as many enrollments as there are leads, with 10,000 touches due: claiming them, and the round
that follows when nothing is due. Claiming is measured against the one statement that does the same."""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from django.db import transaction

from leads.models import Stage
from nurture.models import Enrollment, Sequence, Step, StepKind, Touch, TouchKind, TouchState
from nurture.services.claims import claim_due
from nurture.services.dispatch import sweep
from nurture.services.sequences import publish_sequence
from tests.bench.dataset import AT, NOW
from tests.bench.growing import multiply
from tests.bench.growing import run as execute
from tests.bench.harness import Line, in_turns, timed_once

DUE, LIMIT, ROUNDS = 10_000, 2.0, 5
BARE = f"""
    UPDATE nurture_touch SET state = 'claimed', token = gen_random_uuid(), lease_until = {AT} + interval '5 minutes'
    WHERE id IN (
        SELECT id FROM nurture_touch WHERE state = 'planned' AND kind = 'email' AND due_at <= {AT}
        ORDER BY due_at, id LIMIT {DUE} FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""


def run(size: int) -> Iterator[Line]:
    due = _enroll(size)
    claimed: list[int] = []
    timings = in_turns(
        lambda: claimed.append(len(claim_due(now=NOW, limit=DUE))),
        lambda: execute(BARE),
        rounds=ROUNDS,
        warm_up=1,
        between=_give_back,
    )
    assert set(claimed) == {due}, claimed
    yield Line("sweep", size, f"{due:,} due touches claimed", median(timings.ours), median(timings.bare))
    yield Line("sweep", size, f"{due:,} due touches claimed, slowest", max(timings.ours), limit=LIMIT)
    claim_due(now=NOW, limit=DUE)
    sweep(now=NOW, limit=DUE)
    idle = [timed_once(lambda: sweep(now=NOW, limit=DUE)) for _ in range(ROUNDS)]
    yield Line("sweep", size, "whole sweep, nothing due", median(idle))
    _give_back()


def _give_back() -> None:
    execute("UPDATE nurture_touch SET state = 'planned', token = NULL, lease_until = NULL WHERE state = 'claimed'")


@transaction.atomic
def _enroll(size: int) -> int:
    """Every lead of the data set, ten thousand of the active ones with a touch that is due. Returns how many."""
    Touch.objects.all().delete()
    Enrollment.objects.all().delete()
    sequence, step = _sequence()
    leads = "SELECT stage FROM leads_lead WHERE leads_lead.id = n"
    active = f"({leads}) = '{Stage.UNQUALIFIED}'"
    multiply(
        Enrollment(sequence=sequence, enrolled_at=NOW - timedelta(days=30)),
        1,
        size,
        lead="n",
        state=f"CASE WHEN {active} THEN 'active' ELSE 'finished' END",
        due_at=f"CASE WHEN {active} THEN {AT} + interval '1 day' + n %% 30 * interval '1 day' END",
        ended_at=f"CASE WHEN {active} THEN NULL ELSE {AT} END",
    )
    every = max(size * 8 // 10 // DUE, 1)
    due = f"n %% {every} = 2 %% {every}"
    multiply(
        Touch(step=step, kind=TouchKind.EMAIL, state=TouchState.PLANNED),
        1,
        size,
        where=active,
        enrollment="n",
        uuid="gen_random_uuid()",
        due_at=f"{AT} + CASE WHEN {due} THEN interval '-1 minute' ELSE (1 + n %% 30) * interval '1 day' END",
    )
    execute("ANALYZE nurture_touch; ANALYZE nurture_enrollment")
    return min(DUE, Touch.objects.due(NOW).count())


def _sequence() -> tuple[Sequence, Step]:
    if not Sequence.objects.filter(key="bench").exists():
        sequence = Sequence.objects.create(key="bench", name="Bench")
        Step.objects.create(sequence=sequence, position=0, kind=StepKind.EMAIL, subject="Hello", body="Hello.")
        publish_sequence(sequence=sequence)
    step = Step.objects.select_related("sequence").get(sequence__key="bench")
    return step.sequence, step
