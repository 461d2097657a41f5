"""A rep called: what was said, and what comes next."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crm.people.models import User
from leads.models import EngagementKind, Lead, Provenance
from leads.services.engagement import record_engagement
from leads.services.marks import mark_engaged, mark_touched
from leads.services.qualification import give_answers
from nurture.calendars import calling_hours_of
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
from nurture.services.exits import leave_if_over, stop_enrollment
from nurture.services.locks import lock_lead
from nurture.services.progress import touch_is_over
from nurture.services.suppression import suppress

NEXT_TRY = timedelta(days=1)


class CallRefused(Exception):
    """Nothing was stored; the message is for a person."""


@transaction.atomic
def record_call(
    *,
    task: CallTask,
    outcome: str,
    by: User,
    now: datetime,
    note: str = "",
    duration: int = 0,
    answers: Mapping[str, Any] | None = None,
    call_back_at: datetime | None = None,
) -> CallTask:
    """``duration`` in seconds. No answer, voicemail: tried again on another day, up to ``max_attempts``; a call-back is
    kept at its time, in the hours in which calling is allowed. Not interested ends the sequence; do not call ends
    calling that number for ever. Raises CallRefused, AnswersRefused (of ``leads``)."""
    lead = lock_lead(task.lead_id)
    task = CallTask.objects.select_related("touch__step", "touch__enrollment").get(pk=task.pk)
    if task.state != CallTaskState.OPEN:
        raise CallRefused(f"This call is no longer open: it was {task.get_state_display().lower()} in the meantime.")
    _check(outcome, call_back_at, now)
    CallAttempt.objects.create(task=task, by=by, at=now, outcome=outcome, note=note.strip(), duration=duration)
    _engage(lead, outcome, now)
    if outcome == CallOutcome.CONNECTED:
        record_engagement(lead=lead, kind=EngagementKind.CALL_CONNECTED, now=now, by=by, decide=not answers)
    if answers:
        give_answers(lead=lead, answers=answers, provenance=Provenance.CALL, now=now, by=by)
    again = _next_try(task, lead, outcome, call_back_at, now)
    if again:
        CallTask.objects.filter(pk=task.pk).update(due_at=again)
    else:
        _close(task, outcome, now)
    lead.refresh_from_db()
    leave_if_over(lead=lead, now=now)
    task.refresh_from_db()
    return task


def _check(outcome: str, call_back_at: datetime | None, now: datetime) -> None:
    if outcome == CallOutcome.CALL_BACK and (call_back_at is None or call_back_at <= now):
        raise CallRefused("Say when to call back: a time to come.")


def _engage(lead: Lead, outcome: str, now: datetime) -> None:
    if outcome in REACHED:
        mark_touched(lead=lead, now=now)
    if outcome in SPOKE:
        mark_engaged(lead=lead, now=now)


def _next_try(
    task: CallTask, lead: Lead, outcome: str, call_back_at: datetime | None, now: datetime
) -> datetime | None:
    hours = calling_hours_of(lead)
    if outcome == CallOutcome.CALL_BACK and call_back_at:
        return hours.next(call_back_at)
    tried = task.attempts.exclude(outcome=CallOutcome.CALL_BACK).count()
    if outcome in (CallOutcome.NO_ANSWER, CallOutcome.VOICEMAIL) and tried < task.max_attempts:
        return hours.next(now + NEXT_TRY)
    return None


def _close(task: CallTask, outcome: str, now: datetime) -> None:
    CallTask.objects.filter(pk=task.pk).update(state=CallTaskState.DONE)
    if outcome == CallOutcome.DO_NOT_CALL:
        suppress(kind=SuppressionKind.PHONE, key=task.lead.phone, reason=SuppressionReason.DO_NOT_CALL, now=now)
    if task.touch:
        _close_touch(task.touch, outcome, now)


def _close_touch(touch: Touch, outcome: str, now: datetime) -> None:
    wrong = outcome == CallOutcome.WRONG_NUMBER
    result = {"state": TouchState.FAILED, "error": "Wrong number."} if wrong else {"state": TouchState.SENT}
    Touch.objects.filter(pk=touch.pk, state=TouchState.PLANNED).update(sent_at=now, **result)
    if outcome == CallOutcome.NOT_INTERESTED:
        stop_enrollment(enrollment=touch.enrollment, reason=ExitReason.NOT_INTERESTED, now=now)
    else:
        touch_is_over(touch=touch, now=now)
