"""May the touch be sent now? Asked at the last moment, in the transaction that begins the sending and has locked the
lead, or just before one that finds the lead as it was read: whatever changed since the touch was planned counts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nurture.calendars import window_of
from nurture.models import EnrollmentState, SendingLimits, SequenceStatus, SkipReason, Touch, TouchState
from nurture.preferences import Preferences, has_left, not_before, preferences_of
from nurture.reach import Suppressed, email_obstacle, suppressed_among
from nurture.services.caps import crowded, person_free_at, sender_free_at
from nurture.services.exits import leave_if_over
from nurture.services.outcomes import NOT_CLAIMED

Changes = dict[str, Any]


@dataclass
class Known:
    """What was read once for all touches of a bundle. ``suppressed``: which of ``addresses`` are; who was suppressed
    since then is flagged, as every suppression does. ``crowded``: leads who may have had enough mails this week.
    ``preferences``: whoever changes theirs takes the touch out of the bundle. ``alone``: Redis is away."""

    limits: SendingLimits
    addresses: set[str]
    suppressed: Suppressed
    crowded: set[int]
    preferences: Preferences
    alone: bool = False


def known_of(touches: Iterable[Touch], now: datetime) -> Known:
    leads = [touch.enrollment.lead for touch in touches]
    limits = SendingLimits.current()
    return Known(
        limits=limits,
        addresses={lead.email_key for lead in leads},
        suppressed=suppressed_among(leads),
        crowded=crowded({lead.pk for lead in leads}, limits, now=now),
        preferences=preferences_of(leads),
    )


def instead_of_sending(touch: Touch, known: Known, now: datetime) -> Changes:
    """What becomes of the touch if it must not be sent now; nothing if it may, and then it has been counted. Its lead
    is fresh and locked, or is found unchanged by what begins the touch."""
    for look in LOOKS:
        if changes := look(touch, known, now):
            return changes
    return {}


def _has_left(touch: Touch, known: Known, now: datetime) -> Changes:
    enrollment = touch.enrollment
    if leave_if_over(lead=enrollment.lead, now=now) or enrollment.state != EnrollmentState.ACTIVE:
        return {"state": TouchState.CANCELLED}
    return {}


def _obstacle(touch: Touch, known: Known, now: datetime) -> Changes:
    lead = touch.enrollment.lead
    obstacle = email_obstacle(lead, known.suppressed if lead.email_key in known.addresses else None)
    return {"state": TouchState.SKIPPED, "skip_reason": obstacle} if obstacle else {}


def _paused(touch: Touch, known: Known, now: datetime) -> Changes:
    return NOT_CLAIMED if touch.enrollment.sequence.status == SequenceStatus.PAUSED else {}


def _topic(touch: Touch, known: Known, now: datetime) -> Changes:
    enrollment = touch.enrollment
    left = has_left(enrollment.lead, enrollment.sequence, known.preferences)
    return {"state": TouchState.SKIPPED, "skip_reason": SkipReason.LEFT_TOPIC} if left else {}


def _window(touch: Touch, known: Known, now: datetime) -> Changes:
    lead = touch.enrollment.lead
    wanted = not_before(lead, known.preferences, now)
    return _later(window_of(lead, touch.enrollment.sequence).next(wanted), now)


def _person(touch: Touch, known: Known, now: datetime) -> Changes:
    lead = touch.enrollment.lead
    return _later(person_free_at(lead, known.limits, now=now), now) if lead.pk in known.crowded else {}


def _sender(touch: Touch, known: Known, now: datetime) -> Changes:
    return _later(sender_free_at(touch, known.limits, now=now, alone=known.alone), now)


def _later(at: datetime | None, now: datetime) -> Changes:
    return NOT_CLAIMED | {"due_at": at} if at and at > now else {}


LOOKS: tuple[Callable[[Touch, Known, datetime], Changes], ...] = (
    _has_left,
    _obstacle,
    _paused,
    _topic,
    _window,
    _person,
    _sender,  # the last: it counts
)
