"""May the touch be sent now? Asked at the last moment, in the transaction that begins the sending and has locked the
lead: whatever changed since the touch was planned counts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from nurture.calendars import window_of
from nurture.models import EnrollmentState, SequenceStatus, Touch, TouchState
from nurture.reach import email_obstacle
from nurture.services.exits import leave_if_over
from nurture.services.outcomes import NOT_CLAIMED

Changes = dict[str, Any]


def instead_of_sending(touch: Touch, now: datetime) -> Changes:
    """What becomes of the touch if it must not be sent now; nothing if it may. Its enrollment, sequence and lead are
    fresh, the lead is locked."""
    for look in LOOKS:
        if changes := look(touch, now):
            return changes
    return {}


def _has_left(touch: Touch, now: datetime) -> Changes:
    enrollment = touch.enrollment
    if leave_if_over(lead=enrollment.lead, now=now) or enrollment.state != EnrollmentState.ACTIVE:
        return {"state": TouchState.CANCELLED}
    return {}


def _obstacle(touch: Touch, now: datetime) -> Changes:
    obstacle = email_obstacle(touch.enrollment.lead)
    return {"state": TouchState.SKIPPED, "skip_reason": obstacle} if obstacle else {}


def _paused(touch: Touch, now: datetime) -> Changes:
    return NOT_CLAIMED if touch.enrollment.sequence.status == SequenceStatus.PAUSED else {}


def _closed(touch: Touch, now: datetime) -> Changes:
    opens = window_of(touch.enrollment.lead, touch.enrollment.sequence).next(now)
    return NOT_CLAIMED | {"due_at": opens} if opens > now else {}


LOOKS: tuple[Callable[[Touch, datetime], Changes], ...] = (_has_left, _obstacle, _paused, _closed)
