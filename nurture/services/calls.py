"""A rep called: what was said, and what comes next."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crm.people.models import User
from leads.models import EngagementKind, Lead, Provenance
from leads.services.engagement import record_engagement
from leads.services.marks import mark_engaged, mark_touched, opt_out_of_calls
from leads.services.qualification import give_answers
from nurture.calendars import calling_hours_of, legal_hours_of
from nurture.models import (
    CallAttempt,
    CallOutcome,
    CallTask,
    CallTaskState,
    ExitReason,
    SuppressionKind,
    SuppressionReason,
    Touch,
    TouchState,
)
from nurture.models.calls import REACHED, SPOKE
from nurture.services.call_changes import check_time_to_come
from nurture.services.exits import leave_if_over, stop_enrollment
from nurture.services.locks import lock_lead
from nurture.services.open_calls import lock_open_call
from nurture.services.progress import touch_is_over
from nurture.services.suppression import suppress

NEXT_TRY = timedelta(days=1)
LONGEST = timedelta(hours=2)  # a call that seems to have taken longer was left open on the screen


@transaction.atomic
def record_call(
    *,
    task: CallTask,
    outcome: str,
    by: User,
    now: datetime,
    note: str = "",
    duration: int | None = None,
    answers: Mapping[str, Any] | None = None,
    call_back_at: datetime | None = None,
) -> CallTask:
    """``duration`` in seconds; None: since the rep dialed. No answer, voicemail: tried again on another day, up to
    ``max_attempts``; a call-back is kept at its time, in the hours in which calling is allowed. Not interested ends the
    sequence; do not call ends calling that number for ever. Raises CallRefused, AnswersRefused (of ``leads``)."""
    task, lead = lock_open_call(task)
    if outcome == CallOutcome.CALL_BACK:
        check_time_to_come(call_back_at, now=now)
    took = _since_dialed(task, by, now) if duration is None else duration
    CallAttempt.objects.create(task=task, by=by, at=now, outcome=outcome, note=note.strip(), duration=took)
    _engage(lead, outcome, now)
    if outcome == CallOutcome.CONNECTED:
        record_engagement(lead=lead, kind=EngagementKind.CALL_CONNECTED, now=now, by=by, decide=not answers)
    if answers:
        give_answers(lead=lead, answers=answers, provenance=Provenance.CALL, now=now, by=by)
    if not _leave_open(task, lead, outcome, call_back_at, now):
        _close(task, lead, outcome, now)
    lead = lock_lead(lead.pk)
    leave_if_over(lead=lead, now=now)
    task.refresh_from_db()
    return task


def _since_dialed(task: CallTask, by: User, now: datetime) -> int:
    if task.dialed_at is None or task.dialed_by != by or now - task.dialed_at > LONGEST:
        return 0
    return int((now - task.dialed_at).total_seconds())


def _engage(lead: Lead, outcome: str, now: datetime) -> None:
    if outcome in REACHED:
        mark_touched(lead=lead, now=now)
    if outcome in SPOKE:
        mark_engaged(lead=lead, now=now)


def _leave_open(task: CallTask, lead: Lead, outcome: str, call_back_at: datetime | None, now: datetime) -> bool:
    """To be tried again; False where this was the last try."""
    promised = call_back_at if outcome == CallOutcome.CALL_BACK else None
    tried = task.attempts.exclude(outcome=CallOutcome.CALL_BACK).count()
    again = outcome in (CallOutcome.NO_ANSWER, CallOutcome.VOICEMAIL) and tried < task.max_attempts
    if not promised and not again:
        return False
    due_at = legal_hours_of(lead).next(promised) if promised else calling_hours_of(lead).next(now + NEXT_TRY)
    CallTask.objects.filter(pk=task.pk).update(due_at=due_at, promised_at=promised, dialed_at=None, dialed_by=None)
    return True


def _close(task: CallTask, lead: Lead, outcome: str, now: datetime) -> None:
    CallTask.objects.filter(pk=task.pk).update(state=CallTaskState.DONE, dialed_at=None, dialed_by=None)
    if outcome == CallOutcome.DO_NOT_CALL:
        _never_again(lead, now)
    if task.touch:
        _close_touch(task.touch, outcome, now)


def _never_again(lead: Lead, now: datetime) -> None:
    """The number, wherever it turns up; the lead, whatever number is found for it later."""
    opt_out_of_calls(lead=lead)
    if lead.phone:
        suppress(kind=SuppressionKind.PHONE, key=lead.phone, reason=SuppressionReason.DO_NOT_CALL, now=now)


def _close_touch(touch: Touch, outcome: str, now: datetime) -> None:
    wrong = outcome == CallOutcome.WRONG_NUMBER
    result = {"state": TouchState.FAILED, "error": "Wrong number."} if wrong else {"state": TouchState.SENT}
    Touch.objects.filter(pk=touch.pk, state=TouchState.PLANNED).update(sent_at=now, **result)
    if outcome == CallOutcome.NOT_INTERESTED:
        stop_enrollment(enrollment=touch.enrollment, reason=ExitReason.NOT_INTERESTED, now=now)
    else:
        touch_is_over(touch=touch, now=now)
