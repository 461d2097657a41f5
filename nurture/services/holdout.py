"""Leads that are kept out of all nurture for ever, drawn at random, so that what nurture adds can be measured.

Key of the experiment: "nurture:<key of the sequence>". Where the share changes, a new one begins (…":2"), for the
leads that come after it; whoever was drawn before stays where they are.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from leads.models import Arm, Experiment
from leads.services.experiments import draw_all, experiment_with
from nurture.models import Sequence
from nurture.queries import HELD_OUT

NURTURED = "nurtured"


def experiments_of(sequence_key: str) -> QuerySet[Experiment]:
    """One for each share that its hold-out has had, the newest first. (No key of a sequence holds a colon.)"""
    base = f"nurture:{sequence_key}"
    return Experiment.objects.filter(Q(key=base) | Q(key__startswith=f"{base}:")).order_by("-started_at", "-pk")


def hold_out(*, lead_ids: Collection[int], sequence: Sequence, now: datetime) -> set[int]:
    """Draws for leads that come to this sequence for the first time; returns those that are held out. The caller has
    locked them."""
    if not lead_ids or not sequence.holdout_percent:
        return set()
    experiment = _experiment(sequence, now)
    drawn = draw_all(lead_ids=lead_ids, experiment=experiment, arms=list(experiment.arms.all()), now=now)
    return {pk for pk, arm in drawn.items() if arm.key == HELD_OUT}


def _experiment(sequence: Sequence, now: datetime) -> Experiment:
    former = list(experiments_of(sequence.key).prefetch_related("arms"))
    if former and former[0].ended_at is None:
        if _share(former[0]) == sequence.holdout_percent:
            return former[0]
        Experiment.objects.filter(pk=former[0].pk, ended_at=None).update(ended_at=now)
    key = f"nurture:{sequence.key}" + (f":{len(former) + 1}" if former else "")
    return experiment_with(key=key, name=f"{sequence.name}: hold-out", arms=arms_of(sequence.holdout_percent), now=now)


def _share(experiment: Experiment) -> int:
    """Percent."""
    return next((arm.weight for arm in experiment.arms.all() if arm.key == HELD_OUT), 0)


def arms_of(percent: int) -> list[Arm]:
    """Not saved."""
    return [
        Arm(key=HELD_OUT, name="Hold-out", weight=percent, control=True),
        Arm(key=NURTURED, name="Nurtured", weight=100 - percent, position=1),
    ]
