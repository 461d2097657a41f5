"""Which text of an e-mail step a lead gets: drawn at random once for each lead and step, and kept."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from leads.models import Arm, Experiment
from leads.services.experiments import arm_for, draw_all, experiment_with
from nurture.models import Step, Touch, TouchState, Variant
from nurture.models.step import OWN_TEXT

KIND = "nurture-step"


class StopRefused(Exception):
    """For a person: why the text goes on being sent."""


def experiment_key(step: Step) -> str:
    """A step is of one version, and a version never changes: its texts are compared under one key."""
    return f"{KIND}:{step.pk}"


def draw_variants(touches: Iterable[Touch], *, now: datetime) -> None:
    """Sets ``variant`` of those e-mails whose step has several texts. The leads are locked by the caller."""
    by_step: dict[Step, list[Touch]] = defaultdict(list)
    for touch in touches:
        if touch.state == TouchState.PLANNED and touch.step.variants.all():
            by_step[touch.step].append(touch)
    for step, planned in by_step.items():
        _draw(step, planned, now)


def _draw(step: Step, touches: list[Touch], now: datetime) -> None:
    experiment = _experiment(step, now)
    variants = {variant.key: variant for variant in step.variants.all()}
    running = [arm for arm in experiment.arms.all() if _runs(step, variants, arm)]
    leads = {touch.enrollment.lead_id for touch in touches}
    drawn = draw_all(lead_ids=leads, experiment=experiment, arms=running, now=now)
    for touch in touches:
        arm = drawn[touch.enrollment.lead_id]
        if arm not in running:  # its text was stopped since: nobody is sent that again
            arm = arm_for(touch.enrollment.lead_id, experiment.key, running)
        touch.variant = variants.get(arm.key)


def _runs(step: Step, variants: dict[str, Variant], arm: Arm) -> bool:
    text = step if arm.key == OWN_TEXT else variants.get(arm.key)
    return text is not None and text.stopped_at is None


def arms_of(step: Step) -> list[Arm]:
    """One for each of its texts, not saved."""
    arms = [Arm(key=OWN_TEXT, name=step.subject[:100], weight=step.weight, control=True)]
    for position, variant in enumerate(step.variants.all(), 1):
        arms.append(Arm(key=variant.key, name=variant.subject[:100], weight=variant.weight, position=position))
    return arms


def _experiment(step: Step, now: datetime) -> Experiment:
    name = f"{step.sequence}, step {step.position + 1}"
    return experiment_with(key=experiment_key(step), name=name, arms=arms_of(step), now=now)


@transaction.atomic
def stop_variant(*, step: Step, key: str, now: datetime) -> None:
    """No more leads get this text; ``key`` "a" is the step's own. Those who were drawn into it stay counted with it.
    Stopping it again changes nothing. Raises StopRefused for the last one, and for one that is not there."""
    step = Step.objects.select_for_update(of=("self",)).select_related("sequence").get(pk=step.pk)
    texts: dict[str, Step | Variant] = {OWN_TEXT: step, **{each.key: each for each in step.variants.all()}}
    if key not in texts:
        raise StopRefused(f"“{step}” has no variant “{key}”.")
    if texts[key].stopped_at:
        return
    if not any(text.stopped_at is None for other, text in texts.items() if other != key):
        raise StopRefused(f"“{key}” is the last text of “{step}” that is sent: stop the sequence instead.")
    type(texts[key]).objects.filter(pk=texts[key].pk).update(stopped_at=now)


def step_of(arm: Arm) -> Step | None:
    """The step whose texts this is an arm of; None for any other experiment."""
    kind, _, pk = arm.experiment.key.partition(":")
    return Step.objects.filter(pk=int(pk)).first() if kind == KIND and pk.isdecimal() else None
