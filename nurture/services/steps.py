"""What each step does with an enrollment. Many go together: what they need is read at once, and so it is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import F

from crm.web.holding import holding
from crm.web.quick import update_rows
from leads.models import Lead
from nurture.calendars import business_days_of, window_of
from nurture.facts import BranchSubject, Facts, branch_holds
from nurture.models import (
    CallTask,
    Enrollment,
    EnrollmentState,
    SkipReason,
    Step,
    StepKind,
    Touch,
    TouchKind,
    TouchState,
)
from nurture.plan import plan_of
from nurture.preferences import Preferences, has_left, not_before, preferences_of
from nurture.reach import call_obstacle, email_obstacle, suppressed_among
from nurture.services.variants import draw_variants
from nurture.waits import wait_until

LOOK_AGAIN = timedelta(days=1)
UNDER_WAY = (TouchState.PLANNED, TouchState.CLAIMED)
Next = tuple[int, datetime | None]  # the position that is then the current one, and when to look at it; None: ended


@dataclass
class Batch:
    """Active enrollments, each with its fresh lead, which the caller has locked."""

    enrollments: list[Enrollment]
    now: datetime
    touches: list[Touch] = field(default_factory=list)
    tasks: list[CallTask] = field(default_factory=list)

    @holding()
    def take_steps(self) -> None:
        """Every step that is due: up to the next wait, the next touch that is not over, or the end."""
        for enrollment in self.enrollments:
            self._take(enrollment)
        draw_variants(self.touches, now=self.now)
        Touch.objects.bulk_create(self.touches)
        CallTask.objects.bulk_create(self.tasks)
        _save(self.enrollments)

    def _take(self, enrollment: Enrollment) -> None:
        plan = plan_of(enrollment.sequence_id)
        while enrollment.due_at and enrollment.due_at <= self.now:
            if step := plan.at(enrollment.position):
                enrollment.position, enrollment.due_at = TAKE[step.kind](self, enrollment, step)
            else:
                enrollment.due_at = None
        if enrollment.due_at is None:
            enrollment.state, enrollment.ended_at = EnrollmentState.FINISHED, self.now

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.enrollments)

    @cached_property
    def known(self) -> dict[tuple[int, int, int], Touch]:
        """What there is already, by enrollment, step and round."""
        ids = [enrollment.pk for enrollment in self.enrollments]
        found = Touch.objects.filter(enrollment__in=ids, round__gte=F("enrollment__round"))
        return {(touch.enrollment_id, touch.step_id, touch.round): touch for touch in found}

    @cached_property
    def suppressed(self) -> set[tuple[str, str]]:
        return suppressed_among(enrollment.lead for enrollment in self.enrollments)

    @cached_property
    def preferences(self) -> Preferences:
        return preferences_of(enrollment.lead for enrollment in self.enrollments)

    def not_before(self, lead: Lead) -> datetime:
        """When they want the next mail."""
        return not_before(lead, self.preferences, self.now)

    def touch(self, enrollment: Enrollment, step: Step, kind: str, due_at: datetime, obstacle: str) -> Touch:
        if touch := self.known.get((enrollment.pk, step.pk, enrollment.round)):
            return touch
        state = TouchState.SKIPPED if obstacle else TouchState.PLANNED
        touch = Touch(
            enrollment=enrollment,
            step=step,
            round=enrollment.round,
            kind=kind,
            due_at=due_at,
            state=state,
            skip_reason=obstacle,
        )
        self.touches.append(touch)
        if (kind, state) == (TouchKind.CALL, TouchState.PLANNED):
            self.tasks.append(_task(touch, step))
        return touch


def _wait(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    until = wait_until(step, began=batch.now, business=business_days_of(enrollment.lead))
    return step.position + 1, until


def _email(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    lead, sequence = enrollment.lead, enrollment.sequence
    due_at = window_of(lead, sequence).next(batch.not_before(lead))
    left = SkipReason.LEFT_TOPIC if has_left(lead, sequence, batch.preferences) else ""
    obstacle = email_obstacle(lead, batch.suppressed) or left
    return _after(batch.touch(enrollment, step, TouchKind.EMAIL, due_at, obstacle), step, batch.now)


def _call(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    due_at = window_of(enrollment.lead, enrollment.sequence).for_calls().next(batch.now)
    obstacle = call_obstacle(enrollment.lead, batch.suppressed)
    return _after(batch.touch(enrollment, step, TouchKind.CALL, due_at, obstacle), step, batch.now)


def _branch(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    subject = BranchSubject(enrollment, batch.facts, now=batch.now)
    return _go_to(batch, enrollment, step) if branch_holds(step, subject) else (step.position + 1, batch.now)


def _go_to(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    """A way back begins a new round; after the last one it goes on with the step after."""
    plan = plan_of(enrollment.sequence_id)
    target = plan.target(step)
    if target is None:
        return step.position + 1, batch.now
    if plan.leads_back(step):
        if enrollment.round >= enrollment.sequence.max_rounds:
            return step.position + 1, batch.now
        enrollment.round += 1
    return target.position, batch.now


def _end(batch: Batch, enrollment: Enrollment, step: Step) -> Next:
    return step.position, None


TAKE: dict[str, Callable[[Batch, Enrollment, Step], Next]] = {
    StepKind.WAIT: _wait,
    StepKind.EMAIL: _email,
    StepKind.CALL: _call,
    StepKind.BRANCH: _branch,
    StepKind.GO_TO: _go_to,
    StepKind.END: _end,
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
    """One statement for all that came to the same."""
    fields = ("position", "round", "due_at", "state", "ended_at")
    alike: dict[tuple[Any, ...], list[int]] = {}
    for enrollment in enrollments:
        alike.setdefault(tuple(getattr(enrollment, field) for field in fields), []).append(enrollment.pk)
    for values, ids in alike.items():
        if len(ids) == 1:
            update_rows(Enrollment, {"pk": ids[0]}, dict(zip(fields, values, strict=True)))
        else:
            Enrollment.objects.filter(pk__in=ids).update(**dict(zip(fields, values, strict=True)))
