"""Leaving nurture: what was still to come is cancelled."""

from datetime import datetime

from django.db import transaction

from leads.models import Lead, Stage
from nurture.models import CallTask, CallTaskState, Enrollment, EnrollmentState, ExitReason, TouchState
from nurture.queries import enrollments_to_end
from nurture.services.locks import lock_lead

REASONS = {
    Stage.MQL: ExitReason.QUALIFIED,
    Stage.SAL: ExitReason.ACCEPTED,
    Stage.SQL: ExitReason.ACCEPTED,
    Stage.CONVERTED: ExitReason.CONVERTED,
    Stage.DISQUALIFIED: ExitReason.DISQUALIFIED,
}


def reason_to_leave(lead: Lead) -> str:
    """An ``ExitReason``, or "" for a lead that is still to be nurtured."""
    if lead.merged_into_id:
        return ExitReason.MERGED
    if lead.stage != Stage.UNQUALIFIED:
        return REASONS[Stage(lead.stage)]
    silent = (lead.email_opt_out or not lead.email) and (lead.do_not_call or not lead.phone)
    return ExitReason.OPTED_OUT if silent else ""


@transaction.atomic
def stop_enrollment(*, enrollment: Enrollment, reason: str, now: datetime) -> bool:
    """False where it had ended before. A mail that is on its way cannot be called back; all else is cancelled."""
    lock_lead(enrollment.lead_id)
    stopped = Enrollment.objects.filter(pk=enrollment.pk, state=EnrollmentState.ACTIVE).update(
        state=EnrollmentState.EXITED, exit_reason=reason, ended_at=now, due_at=None
    )
    if stopped:
        enrollment.touches.pending().update(state=TouchState.CANCELLED)
        CallTask.objects.filter(touch__enrollment=enrollment, state=CallTaskState.OPEN).update(
            state=CallTaskState.CANCELLED
        )
    return bool(stopped)


def leave_if_over(*, lead: Lead, now: datetime) -> bool:
    """End the lead's active enrollment at once if there is a reason; ``lead`` is fresh and locked by the caller."""
    reason = reason_to_leave(lead)
    if not reason:
        return False
    return any(stop_enrollment(enrollment=found, reason=reason, now=now) for found in lead.enrollments.active())


def exit_enrollments(*, now: datetime, limit: int = 1_000) -> int:
    """Sweep: end what should have ended. Returns how many."""
    found = list(enrollments_to_end().values_list("lead_id", flat=True)[:limit])
    return sum(_leave(lead_id, now) for lead_id in found)


@transaction.atomic
def _leave(lead_id: int, now: datetime) -> bool:
    return leave_if_over(lead=lock_lead(lead_id), now=now)
