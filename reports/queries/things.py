"""Everything that could be repeated or deleted, by name, and whether it could still be stopped. One query."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BooleanField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat

from crm.campaigns.models import Campaign, Source
from leads.models import Arm, InquiryForm, Question
from nurture.models import Sequence, SequenceStatus, Step, Variant
from nurture.models.step import OWN_TEXT
from nurture.queries import HELD_OUT
from nurture.services.holdout import NURTURED
from nurture.services.variants import KIND

UNDER_WAY = (SequenceStatus.PUBLISHED, SequenceStatus.PAUSED)
NOTHING = Value("", output_field=TextField())
OF_HOLDOUT = Q(experiment__key__startswith="nurture:")
ON, OFF = Q(active=True), Q(pk__in=[])


@dataclass(frozen=True)
class Thing:
    """``among``: what it is compared within, "" for all leads: the id of a step's sequence, the test of an arm. Of a
    sequence it is the key that all versions have. ``runs``: sources, campaigns and forms that are switched on,
    sequences that enroll or will again, texts that are still given to leads."""

    kind: str
    pk: int
    label: str
    among: str = ""
    runs: bool = False


def things() -> dict[tuple[str, int], Thing]:
    """By kind and id. The arms of a sequence's hold-out are of kinds of their own."""
    version = Concat("name", Value(" v"), "version", output_field=CharField())
    place = Concat(
        "sequence__name", Value(" v"), "sequence__version", Value(", step "), F("position") + 1,
        output_field=CharField(),
    )  # fmt: skip
    arm = Concat("experiment__name", Value(": "), "name", output_field=CharField())
    held_out, nurtured = (Arm.objects.filter(OF_HOLDOUT, key=key) for key in (HELD_OUT, NURTURED))
    parts = [
        _part("source", Source.objects.all(), "name", runs=ON),
        _part("campaign", Campaign.objects.all(), "name", runs=ON),
        _part("form", InquiryForm.objects.all(), "name", runs=ON),
        _part("question", Question.objects.all(), "text"),
        _part("sequence", Sequence.objects.all(), version, "key", runs=Q(status__in=UNDER_WAY)),
        _part("step", Step.objects.all(), place, "sequence_id"),
        _part("variant", Arm.objects.exclude(OF_HOLDOUT), arm, "experiment_id", runs=_still_given()),
        _part("holdout", nurtured, "experiment__name", "experiment__key"),
        _part("held", held_out, "experiment__name", "experiment__key"),
    ]
    found = [Thing(*row) for row in parts[0].union(*parts[1:], all=True)]
    under_way = {thing.among for thing in found if thing.kind == "sequence" and thing.runs}
    return {(thing.kind, thing.pk): _with_its_sequence(thing, under_way) for thing in found}


def sequence_key(experiment_key: str) -> str:
    """Of the sequence whose hold-out that is: nurture:<key>, or nurture:<key>:2 …"""
    return experiment_key.split(":")[1]


def _with_its_sequence(thing: Thing, under_way: set[str]) -> Thing:
    """A hold-out runs as long as its sequence."""
    if thing.kind != "holdout":
        return thing
    return replace(thing, runs=sequence_key(thing.among) in under_way)


def _part(kind: str, rows: Any, label: Any, among: Any = NOTHING, runs: Q = OFF) -> QuerySet[Any, Any]:
    still = Case(When(runs, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.order_by().values_list(Value(kind), "pk", Cast(label, TextField()), Cast(among, TextField()), still)


def _still_given() -> Q:
    """Arms of texts that were not stopped (``nurture.services.variants``)."""
    others = Variant.objects.filter(key=OuterRef("key"), stopped_at=None)
    own = Step.objects.filter(stopped_at=None)
    return Q(Exists(_of_arm(others, "step_id"))) | (Q(key=OWN_TEXT) & Q(Exists(_of_arm(own, "pk"))))


def _of_arm(texts: QuerySet[Any], step: str) -> QuerySet[Any]:
    named = Concat(Value(f"{KIND}:"), Cast(step, TextField()), output_field=TextField())
    return texts.alias(experiment=named).filter(experiment=OuterRef("experiment__key"))
