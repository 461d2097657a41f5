"""An enrollment goes from step to step. Touches are created by uniqueness, so doing it twice adds nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from crm.web.holding import held
from leads.models import Lead
from nurture.calendars import window_of
from nurture.models import (
    CallTask,
    Enrollment,
    EnrollmentState,
    Step,
    StepKind,
    Touch,
    TouchKind,
    TouchState,
)
from nurture.reach import call_obstacle, email_obstacle
from nurture.services.exits import leave_if_over
from nurture.services.locks import lock_lead

LOOK_AGAIN = timedelta(days=1)
UNDER_WAY = (TouchState.PLANNED, TouchState.CLAIMED)


@transaction.atomic
def advance(*, enrollment: Enrollment, now: datetime, lead: Lead | None = None) -> Enrollment:
    """Take every step that is due: up to the next wait, the next touch that is not over, or the end. ``lead`` is fresh
    and locked by the caller, where it is given."""
    lead = lead or lock_lead(enrollment.lead_id)
    enrollment = Enrollment.objects.select_related("sequence").get(pk=enrollment.pk)
    if enrollment.state != EnrollmentState.ACTIVE or leave_if_over(lead=lead, now=now):
        return enrollment
    enrollment.lead = lead
    steps = (step for step in _steps_of(enrollment.sequence_id) if step.position >= enrollment.position)
    while enrollment.due_at and enrollment.due_at <= now:
        if step := next(steps, None):
            enrollment.position, enrollment.due_at = TAKE[step.kind](enrollment, step, now)
        else:
            enrollment.state, enrollment.ended_at, enrollment.due_at = EnrollmentState.FINISHED, now, None
    enrollment.save(update_fields=["position", "due_at", "state", "ended_at"])
    return enrollment


@transaction.atomic
def touch_is_over(*, touch: Touch, now: datetime, lead: Lead | None = None) -> None:
    """Go on after the touch; nothing if its enrollment has moved on before. ``lead`` as for ``advance``."""
    moved = Enrollment.objects.filter(
        pk=touch.enrollment_id, state=EnrollmentState.ACTIVE, position=touch.step.position
    ).update(position=touch.step.position + 1, due_at=now)
    if moved:
        advance(enrollment=touch.enrollment, now=now, lead=lead)


@held
def _steps_of(sequence_id: int) -> list[Step]:
    return list(Step.objects.filter(sequence=sequence_id).select_related("question").order_by("position"))


Next = tuple[int, datetime]  # the position that is then the current one, and when to look at it


def _wait(enrollment: Enrollment, step: Step, now: datetime) -> Next:
    return step.position + 1, now + timedelta(days=step.wait_days)


def _email(enrollment: Enrollment, step: Step, now: datetime) -> Next:
    due_at = window_of(enrollment.lead, enrollment.sequence).next(now)
    touch = _touch(enrollment, step, TouchKind.EMAIL, due_at, email_obstacle(enrollment.lead))
    return _after(touch, step, now)


def _call(enrollment: Enrollment, step: Step, now: datetime) -> Next:
    lead = enrollment.lead
    due_at = window_of(lead, enrollment.sequence).for_calls().next(now)
    touch = _touch(enrollment, step, TouchKind.CALL, due_at, call_obstacle(lead))
    if touch.state == TouchState.PLANNED:
        _task(touch, step, lead)
    return _after(touch, step, now)


TAKE: dict[str, Callable[[Enrollment, Step, datetime], Next]] = {
    StepKind.WAIT: _wait,
    StepKind.EMAIL: _email,
    StepKind.CALL: _call,
}


def _touch(enrollment: Enrollment, step: Step, kind: str, due_at: datetime, obstacle: str) -> Touch:
    state = TouchState.SKIPPED if obstacle else TouchState.PLANNED
    touch, _ = Touch.objects.get_or_create(
        enrollment=enrollment,
        step=step,
        round=1,
        defaults={"kind": kind, "due_at": due_at, "state": state, "skip_reason": obstacle},
    )
    return touch


def _task(touch: Touch, step: Step, lead: Lead) -> None:
    CallTask.objects.get_or_create(
        touch=touch,
        defaults={
            "lead": lead,
            "assignee": lead.owner,
            "due_at": touch.due_at,
            "script": step.script,
            "max_attempts": step.max_attempts,
        },
    )


def _after(touch: Touch, step: Step, now: datetime) -> Next:
    """On to the next step at once if the touch is over, else look again a day after it is due."""
    if touch.state not in UNDER_WAY:
        return step.position + 1, now
    return step.position, max(touch.due_at, now) + LOOK_AGAIN
