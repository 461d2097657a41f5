"""Leads that go through an older version are moved to the published one: an explicit act, never done by publishing.

A lead goes on at the step with the same name; from a step without a name, at the one of its kind in the same place. A
mail that is planned is cancelled and planned anew from the new text. Who has a mail on its way or a call open stays for
now: neither is taken back from somebody who is at it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from nurture.models import Enrollment, Sequence, SequenceStatus, Step, Touch, TouchKind, TouchState
from nurture.plan import Plan, plan_of
from nurture.services.locks import lock_leads
from nurture.services.together import together


class MoveRefused(Exception):
    """For a person."""


@dataclass(frozen=True)
class Move:
    """What would happen to the leads at one step. ``target`` None: they go on with theirs. ``busy``: of ``leads`` those
    who stay for now."""

    source: Sequence
    step: Step | None
    target: Step | None
    leads: int
    busy: int


def preview_moves(*, into: Sequence) -> list[Move]:
    """By version and step, in order; nothing is changed."""
    rows = _running(into).order_by().annotate(busy=_busy()).values("sequence", "position", "busy")
    leads: Counter[tuple[int, int]] = Counter()
    busy: Counter[tuple[int, int]] = Counter()
    for row in rows.annotate(count=Count("pk")):
        place = row["sequence"], row["position"]
        leads[place] += row["count"]
        busy[place] += row["count"] if row["busy"] else 0
    sources = Sequence.objects.in_bulk({sequence for sequence, _ in leads})
    places = sorted(leads, key=lambda place: (sources[place[0]].version, place[1]))
    return [_preview(sources[place[0]], place[1], into, leads[place], busy[place]) for place in places]


def _preview(source: Sequence, position: int, into: Sequence, leads: int, busy: int) -> Move:
    step = plan_of(source.pk).at(position)
    return Move(source, step, target_of(step, plan_of(into.pk)), leads, busy)


def target_of(step: Step | None, plan: Plan) -> Step | None:
    """Where a lead whose next step is ``step`` goes on; None where the new version has no such step."""
    if step is None or step.name:
        return plan.names.get(step.name) if step else None
    same_place = next((one for one in plan.steps if one.position == step.position), None)
    return same_place if same_place and same_place.kind == step.kind else None


def move_enrollments(*, into: Sequence, now: datetime) -> int:
    """Moves whoever can be. Returns how many; repeating it moves those who were busy before. Raises MoveRefused unless
    ``into`` is published."""
    into.refresh_from_db()
    if into.status != SequenceStatus.PUBLISHED:
        raise MoveRefused(f"{into} is not published: leads are moved to the version that enrolls them.")
    waiting = list(_running(into).values_list("pk", flat=True))
    return sum(together(waiting, lambda some: _move(some, into, now), "enrollment %s cannot be moved"))


@transaction.atomic
def _move(ids: list[int], into: Sequence, now: datetime) -> int:
    """The leads are locked, then looked at again: a worker may have begun to send meanwhile."""
    lock_leads(Enrollment.objects.filter(pk__in=ids).values_list("lead", flat=True))
    plan, moved = plan_of(into.pk), []
    for enrollment in _running(into).annotate(busy=_busy()).filter(pk__in=ids, busy=False).select_related("sequence"):
        target = target_of(plan_of(enrollment.sequence_id).at(enrollment.position), plan)
        if target:
            enrollment.due_at = now if _take_back(enrollment) else enrollment.due_at
            enrollment.sequence, enrollment.position = into, target.position
            moved.append(enrollment)
    Enrollment.objects.bulk_update(moved, ["sequence", "position", "due_at"])
    return len(moved)


def _take_back(enrollment: Enrollment) -> bool:
    """A mail that was planned is planned anew."""
    planned = enrollment.touches.filter(state=TouchState.PLANNED, kind=TouchKind.EMAIL)
    return bool(planned.update(state=TouchState.CANCELLED))


def _running(into: Sequence) -> QuerySet[Enrollment]:
    others = Enrollment.objects.active().filter(sequence__key=into.key).exclude(sequence=into)
    return others.order_by("pk")


def _busy() -> Exists:
    """Of the step that they are at, the mail is on its way or the call is open, or either is over and the sweep has not
    seen it yet."""
    here = Q(step__sequence=OuterRef("sequence"), step__position=OuterRef("position"), round=OuterRef("round"))
    planned_mail = Q(state=TouchState.PLANNED, kind=TouchKind.EMAIL)
    return Exists(Touch.objects.filter(here & ~planned_mail, enrollment=OuterRef("pk")))
