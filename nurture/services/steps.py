"""What each step does with an enrollment. Many go together: what they need is read at once, and so it is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from crm.web.holding import held
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
from nurture.reach import call_obstacle, email_obstacle, suppressed_among

LOOK_AGAIN = timedelta(days=1)
UNDER_WAY = (TouchState.PLANNED, TouchState.CLAIMED)
Next = tuple[int, datetime]  # the position that is then the current one, and when to look at it


@dataclass
class Batch:
    """Active enrollments, each with its fresh lead, which the caller has locked."""

    enrollments: list[Enrollment]
    now: datetime
    touches: list[Touch] = field(default_factory=list)
    tasks: list[CallTask] = field(default_factory=list)

    def take_steps(self) -> None:
        """Every step that is due: up to the next wait, the next touch that is not over, or the end."""
        for enrollment in self.enrollments:
            self._take(enrollment)
        Touch.objects.bulk_create(self.touches)
        CallTask.objects.bulk_create(self.tasks)
        _save(self.enrollments)

    def _take(self, enrollment: Enrollment) -> None:
        steps = (step for step in _steps_of(enrollment.sequence_id) if step.position >= enrollment.position)
        while enrollment.due_at and enrollment.due_at <= self.now:
            if step := next(steps, None):
                enrollment.position, enrollment.due_at = TAKE[step.kind](self, enrollment, step)
            else:
                enrollment.state, enrollment.ended_at, enrollment.due_at = EnrollmentState.FINISHED, self.now, None

    @cached_property
    def known(self) -> dict[tuple[int, int], Touch]:
        """What there is already, by enrollment and step."""
        found = Touch.objects.filter(enrollment__in=[enrollment.pk for enrollment in self.enrollments], round=1)
        return {(touch.enrollment_id, touch.step_id): touch for touch in found}

    @cached_property
    def suppressed(self) -> set[tuple[str, str]]:
        return suppressed_among(enrollment.lead for enrollment in self.enrollments)

    def touch(self, enrollment: Enrollment, step: Step, kind: str, due_at: datetime, obstacle: str) -> Touch:
        if touch := self.known.get((enrollment.pk, step.pk)):
            return touch
        state = TouchState.SKIPPED if obstacle else TouchState.PLANNED
        touch = Touch(enrollment=enrollment, step=step, kind=kind, due_at=due_at, state=state, skip_reason=obstacle)
        self.touches.append(touch)
        if (kind, state) == (TouchKind.CALL, TouchState.PLANNED):
            self.tasks.append(_task(touch, step))
        return touch


@held
def _steps_of(sequence_id: int) -> list[Step]:
    return list(Step.objects.filter(sequence=sequence_id).select_related("question").order_by("position"))


def _wait(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    return step.position + 1, batch.now + timedelta(days=step.wait_days)


def _email(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    due_at = window_of(enrollment.lead, enrollment.sequence).next(batch.now)
    obstacle = email_obstacle(enrollment.lead, batch.suppressed)
    return _after(batch.touch(enrollment, step, TouchKind.EMAIL, due_at, obstacle), step, batch.now)


def _call(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    due_at = window_of(enrollment.lead, enrollment.sequence).for_calls().next(batch.now)
    obstacle = call_obstacle(enrollment.lead, batch.suppressed)
    return _after(batch.touch(enrollment, step, TouchKind.CALL, due_at, obstacle), step, batch.now)


TAKE: dict[str, Callable[[Batch, Enrollment, Step], Next]] = {
    StepKind.WAIT: _wait,
    StepKind.EMAIL: _email,
    StepKind.CALL: _call,
}


def _task(touch: Touch, step: Step) -> CallTask:
    lead = touch.enrollment.lead
    return CallTask(
        touch=touch,
        lead=lead,
        assignee_id=lead.owner_id,
        due_at=touch.due_at,
        script=step.script,
        max_attempts=step.max_attempts,
    )


def _after(touch: Touch, step: Step, now: datetime) -> Next:
    """On to the next step at once if the touch is over, else look again a day after it is due."""
    if touch.state not in UNDER_WAY:
        return step.position + 1, now
    return step.position, max(touch.due_at, now) + LOOK_AGAIN


def _save(enrollments: list[Enrollment]) -> None:
    fields = ["position", "due_at", "state", "ended_at"]
    if len(enrollments) == 1:
        enrollments[0].save(update_fields=fields)
    else:
        Enrollment.objects.bulk_update(enrollments, fields)
