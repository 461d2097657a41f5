"""The sweep: what is due is claimed for the workers, what a worker left behind is taken up again.

Losing the broker, a worker or a message means delay, never loss: the lease runs out and the next sweep goes on.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from nurture.claiming import skip_locked
from nurture.models import Enrollment, Touch, TouchState
from nurture.services.claims import MAX_CLAIMED, Claim, claim_due
from nurture.services.enrollment import enroll_waiting
from nurture.services.exits import exit_enrollments
from nurture.services.locks import lock_lead
from nurture.services.progress import advance, touch_is_over
from nurture.services.together import together

logger = logging.getLogger(__name__)

LATER = timedelta(hours=1)


def sweep(*, now: datetime, limit: int = MAX_CLAIMED) -> list[Claim]:
    """All of it, in order. Returns the claims, for which the caller wakes up workers."""
    recover_expired(now=now)
    exit_enrollments(now=now)
    enroll_waiting(now=now)
    advance_due(now=now)
    return claim_due(now=now, limit=limit)


def claim_more(*, now: datetime, limit: int = MAX_CLAIMED) -> list[Claim]:
    """Between two sweeps, by each worker that has done its part. What nobody came to in time makes room first: workers
    that are late would else wait for the sweep, and the sweep for them."""
    recover_expired(now=now)
    return claim_due(now=now, limit=limit)


def recover_expired(*, now: datetime, limit: int = 1_000) -> int:
    """A lease that ran out before the sending began: planned again. After it: unknown, for a person to look at; it is
    never sent again on a guess, and its enrollment goes on with the next step. Returns how many."""
    recovered = _plan_again(now, limit)
    begun = Touch.objects.expired(now).filter(send_started_at__isnull=False).order_by("lease_until")[:limit]
    return recovered + sum(_give_up(touch, now) for touch in begun.select_related("step", "enrollment"))


@transaction.atomic
def _plan_again(now: datetime, limit: int) -> int:
    """All at once: where work has piled up they are many. One that a worker is about to begin is left to it."""
    unbegun = Touch.objects.expired(now).filter(send_started_at=None).order_by("lease_until")
    ids = [touch.pk for touch in skip_locked(unbegun.only("pk"))[:limit]]
    return Touch.objects.filter(pk__in=ids).expired(now).give_back() if ids else 0


@transaction.atomic
def _give_up(touch: Touch, now: datetime) -> bool:
    """The lead is locked before the touch, as everywhere, and the lease looked at again: its worker may have come
    back."""
    lead = lock_lead(touch.enrollment.lead_id)
    mine = Touch.objects.expired(now).filter(pk=touch.pk, token=touch.token, send_started_at__isnull=False)
    lost = mine.update(state=TouchState.UNKNOWN, error="The worker was gone before it knew whether the mail was sent.")
    if lost:
        logger.warning("touch %s is unknown: its worker was gone while it sent", touch.uuid)
        touch_is_over(touch=touch, now=now, lead=lead)
    return bool(lost)


def advance_due(*, now: datetime, limit: int = 1_000) -> int:
    """Take the steps that are due. One enrollment that cannot be advanced does not hold up the others: it is tried
    again in an hour. Returns how many went on."""
    due = list(Enrollment.objects.due(now).order_by("due_at", "pk")[:limit])
    went_on = [pk for done in together(due, lambda some: _advance(some, now), "%s cannot go on") for pk in done]
    stuck = {enrollment.pk for enrollment in due} - set(went_on)
    Enrollment.objects.active().filter(pk__in=stuck).update(due_at=now + LATER)
    return len(went_on)


def _advance(enrollments: list[Enrollment], now: datetime) -> list[int]:
    advance(enrollments=enrollments, now=now)
    return [enrollment.pk for enrollment in enrollments]
