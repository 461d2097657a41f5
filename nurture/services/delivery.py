"""A worker sends a claimed touch: two transactions with the mail between them.

The first locks the lead, checks again whatever may have changed since the touch was planned, and commits that sending
begins. The second writes what came of it. A crash between the two leaves the touch claimed and begun, which the sweep
turns into ``unknown``.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from leads.services.marks import mark_touched
from nurture.calendars import window_of
from nurture.models import EnrollmentState, SequenceStatus, Touch, TouchState
from nurture.reach import email_obstacle
from nurture.services.dispatch import LEASE
from nurture.services.exits import leave_if_over
from nurture.services.locks import lock_lead, lock_lead_of
from nurture.services.progress import touch_is_over
from nurture.services.sending import Result, Sending, send

MAX_ATTEMPTS = 8  # about 13 hours: a mail server that is down for a night loses nothing
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=4)
JITTER = random.SystemRandom()
NOT_CLAIMED: dict[str, Any] = {"state": TouchState.PLANNED, "token": None, "lease_until": None}


def deliver(*, touch_id: int, token: UUID, now: datetime) -> str:
    """The touch's state afterwards, or "" where ``token`` no longer holds it. Call it outside of any transaction: that
    sending begins must be on disk before the mail goes out."""
    touch = _begin(touch_id, token, now)
    if touch is None or touch.send_started_at is None:
        return touch.state if touch else ""
    return _finish(touch, send(touch, now=now), now)


@transaction.atomic
def _begin(touch_id: int, token: UUID, now: datetime) -> Touch | None:
    lead = lock_lead_of(touch_id)
    held = Touch.objects.filter(pk=touch_id, token=token, state=TouchState.CLAIMED, send_started_at=None)
    touch = held.select_related("step__question", "variant", "enrollment__sequence").first()
    if lead is None or touch is None:
        return None
    touch.enrollment.lead = lead
    changes = _instead(touch, now) or _started(touch, now)
    if not held.update(**changes):
        return None
    for name, value in changes.items():
        setattr(touch, name, value)
    if touch.state == TouchState.SKIPPED:
        touch_is_over(touch=touch, now=now, lead=lead)
    return touch


def _instead(touch: Touch, now: datetime) -> dict[str, Any]:
    """What to do with the touch if it must not be sent now; nothing if it may. The lead is locked and fresh."""
    enrollment = touch.enrollment
    lead = enrollment.lead
    if leave_if_over(lead=lead, now=now) or enrollment.state != EnrollmentState.ACTIVE:
        return {"state": TouchState.CANCELLED}
    if obstacle := email_obstacle(lead):
        return {"state": TouchState.SKIPPED, "skip_reason": obstacle}
    if enrollment.sequence.status == SequenceStatus.PAUSED:
        return NOT_CLAIMED
    opens = window_of(lead, enrollment.sequence).next(now)
    return NOT_CLAIMED | {"due_at": opens} if opens > now else {}


def _started(touch: Touch, now: datetime) -> dict[str, Any]:
    return {
        "send_started_at": now,
        "lease_until": now + LEASE,
        "attempts": touch.attempts + 1,
        "recipient": touch.enrollment.lead.email,
    }


@transaction.atomic
def _finish(touch: Touch, sending: Sending, now: datetime) -> str:
    """Whoever took the touch for lost meanwhile (``unknown``) is put right: this worker knows what became of it."""
    lead = lock_lead(touch.enrollment.lead_id)
    held = Touch.objects.filter(pk=touch.pk, token=touch.token, state__in=[TouchState.CLAIMED, TouchState.UNKNOWN])
    changes = CHANGES[sending.result](touch, sending, now)
    if not held.update(**sending.names, **changes):
        return ""
    if sending.result == Result.SENT:
        mark_touched(lead=lead, now=now)
    if changes["state"] != TouchState.PLANNED:
        touch_is_over(touch=touch, now=now, lead=lead)
    return str(changes["state"])


def _sent(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    return {"state": TouchState.SENT, "sent_at": now, "error": ""}


def _refused(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    return {"state": TouchState.FAILED, "error": sending.error}


def _unknown(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    return {"state": TouchState.UNKNOWN, "error": sending.error}


def _try_again(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    if touch.attempts >= MAX_ATTEMPTS:
        return _refused(touch, sending, now)
    pause = min(FIRST_RETRY * 4 ** (touch.attempts - 1), LONGEST_RETRY) * JITTER.uniform(0.75, 1.25)
    return NOT_CLAIMED | {"due_at": now + pause, "send_started_at": None, "error": sending.error}


CHANGES: dict[Result, Callable[[Touch, Sending, datetime], dict[str, Any]]] = {
    Result.SENT: _sent,
    Result.REFUSED: _refused,
    Result.TRY_AGAIN: _try_again,
    Result.UNKNOWN: _unknown,
}
