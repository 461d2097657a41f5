"""A worker sends claimed touches, one after the other, with a commit before and after each mail.

The one before locks the lead, checks again whatever may have changed since the touch was planned, and puts on disk that
sending begins. The one after writes what came of it, and begins the next touch along with it. A crash between the two
leaves one touch claimed and begun, which the sweep turns into ``unknown``.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import Error, connection, transaction

from crm.web.holding import holding
from leads.services.marks import mark_touched
from nurture.mail.verdicts import Result
from nurture.models import Enrollment, Touch, TouchState
from nurture.services.claims import LEASE, Claim
from nurture.services.last_look import Changes, instead_of_sending
from nurture.services.locks import lock_lead
from nurture.services.outcomes import changes_by
from nurture.services.progress import advance
from nurture.services.sending import Sending, send
from nurture.services.together import together

logger = logging.getLogger(__name__)

# In seconds. The database may be starting again: what is known of a mail that went out is not given up for that.
PAUSES = (0.2, 0.5, 1, 2, 4, 8, 15)
ENDED = {TouchState.SENT, TouchState.FAILED, TouchState.SKIPPED, TouchState.UNKNOWN}


def deliver(*, touch_id: int, token: UUID, now: datetime) -> str:
    """The touch's state afterwards, or "" where ``token`` no longer holds it. Call it outside of any transaction: that
    sending begins must be on disk before the mail goes out."""
    return deliver_all(claims=[Claim(touch_id, token)], clock=lambda: now)[touch_id]


def deliver_all(*, claims: Iterable[Claim], clock: Callable[[], datetime]) -> dict[int, str]:
    """As ``deliver``, of each. ``clock`` is asked for each anew: many take a while."""
    tokens = {claim.touch_id: claim.token for claim in claims}
    touches = Touch.objects.filter(pk__in=tokens).select_related("enrollment", "step__question", "variant")
    shift = Shift(dict.fromkeys(tokens, ""))
    with holding():
        # In the order of leads: a transaction may lock two of them, and nobody locks them the other way round.
        for touch in touches.order_by("enrollment__lead", "pk"):
            touch.token = tokens[touch.pk]
            shift.take(touch, clock)
        shift.end(clock())
    return shift.states


@dataclass(frozen=True)
class Handed:
    """A touch that went to the mail server, and what that said: not written down yet."""

    touch: Touch
    sending: Sending


@dataclass
class Shift:
    """``states`` is what each touch has come to; ``over`` are enrollments that can go on."""

    states: dict[int, str]
    over: list[Enrollment] = field(default_factory=list)
    handed: Handed | None = None

    def take(self, touch: Touch, clock: Callable[[], datetime]) -> None:
        """Sends it, if it may be sent. That is written down with the next one."""
        if self._turn(touch, clock()):
            self.handed = Handed(touch, send(touch, now=clock()))

    def end(self, now: datetime) -> None:
        """Writes down the last one. The sweep would take the next steps too, only later."""
        self._turn(None, now)
        for _ in together(self.over, lambda some: advance(enrollments=some, now=now), "%s cannot go on"):
            pass

    def _turn(self, touch: Touch | None, now: datetime) -> bool:
        """Out of the hands, and the next into them: true if it may be sent."""
        for pause in PAUSES:
            try:
                return self._commit(touch, now)
            except Error:
                if self.handed is None:
                    raise
                logger.exception("touch %s: tried again in %s s", self.handed.touch.uuid, pause)
            connection.close()
            time.sleep(pause)
        return self._commit(touch, now)

    def _commit(self, touch: Touch | None, now: datetime) -> bool:
        with transaction.atomic():
            done = [(self.handed.touch, _finish(self.handed, now))] if self.handed else []
            if touch:
                done.append((touch, _begin(touch, now)))
        self.handed = None
        self.states |= {one.pk: state for one, state in done}
        self.over += [one.enrollment for one, state in done if state in ENDED]
        return touch is not None and done[-1][1] == TouchState.CLAIMED


def _begin(touch: Touch, now: datetime) -> str:
    """``claimed`` if it is to be sent now, else what became of it; "" where its token does not hold it any more."""
    lead = lock_lead(touch.enrollment.lead_id)
    touch.enrollment = Enrollment.objects.select_related("sequence").get(pk=touch.enrollment_id)
    touch.enrollment.lead = lead
    changes = instead_of_sending(touch, now) or _started(touch, now)
    if not Touch.objects.held_by(touch).update(**changes):
        return ""
    for name, value in changes.items():
        setattr(touch, name, value)
    if touch.state == TouchState.SKIPPED:
        _go_on(touch, now)
    return touch.state


def _started(touch: Touch, now: datetime) -> Changes:
    return {
        "send_started_at": now,
        "lease_until": now + LEASE,
        "attempts": touch.attempts + 1,
        "recipient": touch.enrollment.lead.email,
    }


def _finish(handed: Handed, now: datetime) -> str:
    """Whoever took the touch for lost meanwhile (``unknown``) is put right: this worker knows what became of it."""
    touch = handed.touch
    if handed.sending.result == Result.SENT:
        mark_touched(lead=touch.enrollment.lead, now=now)  # first, because it locks the lead if it writes
    changes = changes_by(handed.sending, touch, now)
    if not Touch.objects.begun_by(touch).update(**changes):
        return ""
    if changes["state"] in ENDED:
        _go_on(touch, now)
    return str(changes["state"])


def _go_on(touch: Touch, now: datetime) -> None:
    """The enrollment can take its next step, if it still is at this one."""
    here = {"position": touch.step.position, "sequence": touch.step.sequence_id, "round": touch.round}
    Enrollment.objects.active().filter(pk=touch.enrollment_id, **here).update(due_at=now)
