"""Drawing leads into the arms of an experiment."""

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


def arm_for(lead_id: int, experiment_key: str, arms: list[Arm]) -> Arm:
    """By a stable hash of lead and experiment, in proportion to the arms' weights. ``arms`` must not be empty."""
    total = sum(arm.weight for arm in arms)
    digest = sha256(f"{experiment_key}:{lead_id}".encode()).digest()
    place = int.from_bytes(digest[:8]) * total >> 64
    for arm in arms:
        place -= arm.weight
        if place < 0:
            return arm
    raise ValueError(f"{experiment_key} has no arms")
