"""Drawing leads into the arms of an experiment."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from leads.models import Arm, Draw, Experiment, Lead


@transaction.atomic
def draw(*, lead: Lead, experiment: Experiment, now: datetime) -> Arm:
    """The lead's arm, drawn at its first call and the same ever after, also when arms or weights change."""
    done = Draw.objects.filter(lead=lead, experiment=experiment).select_related("arm").first()
    if done is None:
        arm = arm_for(lead.pk, experiment.key, list(experiment.arms.all()))
        done, _ = Draw.objects.get_or_create(lead=lead, experiment=experiment, defaults={"arm": arm, "drawn_at": now})
    return done.arm


@transaction.atomic
def draw_all(
    *, lead_ids: Collection[int], experiment: Experiment, arms: Sequence[Arm], now: datetime
) -> dict[int, Arm]:
    """The same for many, by the id of their lead, in two queries. ``arms``: those that are still drawn into. The caller
    has locked the leads, so nobody else draws for them."""
    rows = Draw.objects.filter(experiment=experiment, lead__in=lead_ids).select_related("arm")
    drawn: dict[int, Arm] = {row.lead_id: row.arm for row in rows}
    new = {pk: arm_for(pk, experiment.key, arms) for pk in sorted(set(lead_ids) - set(drawn))}
    Draw.objects.bulk_create(Draw(experiment=experiment, lead_id=pk, arm=arm, drawn_at=now) for pk, arm in new.items())
    return drawn | new


def experiment_with(*, key: str, name: str, arms: Sequence[Arm], now: datetime) -> Experiment:
    """The experiment of that key, made with ``arms`` (not saved yet) where there is none."""
    found = Experiment.objects.filter(key=key).first()
    return found or _made(key, name, arms, now)


@transaction.atomic
def _made(key: str, name: str, arms: Sequence[Arm], now: datetime) -> Experiment:
    experiment, made = Experiment.objects.get_or_create(key=key, defaults={"name": name[:200], "started_at": now})
    if made:
        for arm in arms:
            arm.experiment = experiment
        Arm.objects.bulk_create(arms)
    return experiment


def arm_for(lead_id: int, experiment_key: str, arms: Sequence[Arm]) -> Arm:
    """By a stable hash of lead and experiment, in proportion to the arms' weights. ``arms`` must not be empty."""
    total = sum(arm.weight for arm in arms)
    digest = sha256(f"{experiment_key}:{lead_id}".encode()).digest()
    place = int.from_bytes(digest[:8]) * total >> 64
    for arm in arms:
        place -= arm.weight
        if place < 0:
            return arm
    raise ValueError(f"{experiment_key} has no arms")
