"""A worker sends claimed touches, one after the other, with a commit before and after each mail.

The one before locks the lead, checks again whatever may have changed since the touch was planned, and puts on disk that
sending begins. The one after writes what came of it, and begins the next touch along with it. A crash between the two
leaves one touch claimed and begun, which the sweep turns into ``unknown``.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import zip_longest
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import Error, connection, transaction
from django.db.models import prefetch_related_objects
from redis import RedisError

from crm.web.holding import holding
from crm.web.quick import Answer, Statement, instance_of, locking, run, update_rows, updating
from leads.models import Lead
from leads.services.marks import marking_touched
from nurture.inbound.events import Reported, take_event
from nurture.mail.verdicts import Result
from nurture.models import Enrollment, EnrollmentState, MailEventKind, Touch, TouchState
from nurture.services.ahead import Desk
from nurture.services.beginning import knows_lead, noting_leads, unless_lead_changed
from nurture.services.caps import is_counted, mailbox_and_domain
from nurture.services.claims import LEASE, Claim
from nurture.services.exits import reason_to_leave
from nurture.services.last_look import Changes, Known, instead_of_sending, known_of
from nurture.services.outcomes import changes_by
from nurture.services.progress import advance
from nurture.services.sending import Sending, send
from nurture.services.together import together
from nurture.throttle.by_broker import Cold
from nurture.throttle.counting import warm_up

logger = logging.getLogger(__name__)

# In seconds. The database may be starting again: what is known of a mail that went out is not given up for that.
PAUSES = (0.2, 0.5, 1, 2, 4, 8, 15)
REFUSED = "The mail server knows nobody of that address."
ENDED = {TouchState.SENT, TouchState.FAILED, TouchState.SKIPPED, TouchState.UNKNOWN}


def deliver(*, touch_id: int, token: UUID, now: datetime) -> str:
    """The touch's state afterwards, or "" where ``token`` no longer holds it. Call it outside of any transaction: that
    sending begins must be on disk before the mail goes out."""
    return deliver_all(claims=[Claim(touch_id, token)], clock=lambda: now)[touch_id]


def deliver_all(*, claims: Iterable[Claim], clock: Callable[[], datetime]) -> dict[int, str]:
    """As ``deliver``, of each. ``clock`` is asked for each anew: many take a while."""
    tokens = {claim.touch_id: claim.token for claim in claims}
    with holding():
        states = dict.fromkeys(tokens, "")
        if touches := _read(tokens):
            shift = Shift(known_of(touches, clock()), states)
            for touch, following in zip_longest(touches, touches[1:]):
                shift.take(touch, following, clock)
            shift.end(clock())
    return states


def _read(tokens: Mapping[int, UUID]) -> list[Touch]:
    """Those that are still held. In the order of leads: a transaction may lock two of them, and nobody locks them the
    other way round."""
    found = Touch.objects.filter(pk__in=tokens).order_by("enrollment__lead_id", "pk")
    touches = noting_leads(found.select_related("enrollment__lead"))
    held_still = [touch for touch in touches if _is_held(touch, tokens[touch.pk])]
    prefetch_related_objects(held_still, "enrollment__sequence", "step__question", "variant")  # shared by most
    return held_still


def _is_held(touch: Touch, token: UUID) -> bool:
    """Messages for claims that have run out must cost next to nothing: there are many where work piles up."""
    before = {name: getattr(touch, name) for name in ("pk", "token", "state", "send_started_at")}
    touch.token = token
    return held(touch).items() <= before.items()


@dataclass(frozen=True)
class Handed:
    """A touch that went to the mail server, and what that said: not written down yet."""

    touch: Touch
    sending: Sending


@dataclass
class Shift:
    """``states`` is what each touch has come to; ``over`` are enrollments that can go on, ``bounced`` touches to an
    address that the mail server does not know."""

    known: Known
    states: dict[int, str]
    over: list[Enrollment] = field(default_factory=list)
    bounced: list[Touch] = field(default_factory=list)
    handed: Handed | None = None
    desk: Desk = field(default_factory=Desk)

    def take(self, touch: Touch, following: Touch | None, clock: Callable[[], datetime]) -> None:
        """Sends it, if it may be sent; meanwhile the mail of the ``following`` one is written, unless it is to be read
        anew, or goes on with this one. What came of it is written down with the next one."""
        if not self._turn(touch, clock()):
            return
        mail, now = self.desk.take(touch), clock()
        other = following and following.enrollment.lead_id != touch.enrollment.lead_id
        ahead = following if other and following and self._is_as_read(following) else None
        self.handed = Handed(touch, send(touch, now=now, mail=mail, meanwhile=partial(self.desk.write, ahead, now)))

    def end(self, now: datetime) -> None:
        """Writes down the last one. The sweep would take the next steps too, only later."""
        if self.handed:
            self._turn(None, now)
        for _ in together(self.bounced, lambda some: _bounced(some, now), "the address of %s is not suppressed"):
            pass
        for _ in together(self.over, lambda some: advance(enrollments=some, now=now), "%s cannot go on"):
            pass

    def _turn(self, touch: Touch | None, now: datetime) -> bool:
        """Out of the hands, and the next into them: true if it may be sent."""
        for pause in PAUSES:
            try:
                return self._counted(touch, now)
            except Error:
                if self.handed is None:
                    raise
                logger.exception("touch %s: tried again in %s s", self.handed.touch.uuid, pause)
            connection.close()
            time.sleep(pause)
        return self._counted(touch, now)

    def _counted(self, touch: Touch | None, now: datetime) -> bool:
        """By Redis; for the rest of the bundle by the database, where Redis is away or forgets what it is told."""
        try:
            try:
                return self._commit(touch, now)
            except Cold as cold:
                warm_up(cold, now=now)
            return self._commit(touch, now)
        except (Cold, RedisError) as error:
            logger.warning("mails are counted by the database, one at a time: %r", error)
        self.known.alone = True
        return self._commit(touch, now)

    def _commit(self, touch: Touch | None, now: datetime) -> bool:
        if touch and self._may_begin_at_once(touch, now) and self._begin_at_once(touch, now):
            return True
        report, state = self._report(now), ""
        with transaction.atomic():
            lock = [locking(Lead, touch.enrollment.lead_id)] if touch else []
            answers = run([*report.statements, *lock])
            if touch:
                touch.enrollment.lead = instance_of(Lead, answers[-1])
                state = _begin(touch, self.known, now)
        self._put_down(report, answers)
        if touch:
            self._came_to(touch, state)
        return state == TouchState.CLAIMED

    def _may_begin_at_once(self, touch: Touch, now: datetime) -> bool:
        """Where nothing has to be read or counted, which takes a transaction, and nothing speaks against it."""
        lead = touch.enrollment.lead
        after_own = self.handed and self.handed.touch.enrollment.lead_id == lead.pk
        if after_own or reason_to_leave(lead) or not self._is_as_read(touch):
            return False
        return not instead_of_sending(touch, self.known, now)

    def _is_as_read(self, touch: Touch) -> bool:
        """Or can be found to be, without reading or counting anything."""
        crowded = touch.enrollment.lead_id in self.known.crowded
        return knows_lead(touch) and not crowded and not is_counted(touch, self.known.limits)

    def _begin_at_once(self, touch: Touch, now: datetime) -> bool:
        """In one round trip, which is the transaction: false where it was not, because the lead is no longer as it was,
        or the touch not held. What came of the one in the hands is written down in any case."""
        report, changes = self._report(now), _started(touch, now)
        answers = run([*report.statements, unless_lead_changed(touch, held(touch), changes)])
        self._put_down(report, answers)
        if answers[-1].count:
            self._came_to(touch, _changed(touch, changes))
        return answers[-1].count > 0

    def _report(self, now: datetime) -> "Report":
        return _report(self.handed, now) if self.handed else NOTHING

    def _put_down(self, report: "Report", answers: Sequence[Answer]) -> None:
        """It is on disk."""
        if self.handed:
            self.bounced += [self.handed.touch] if self.handed.sending.nobody else []
            self._came_to(self.handed.touch, report.state if answers[report.own].count else "")
            self.handed = None

    def _came_to(self, touch: Touch, state: str) -> None:
        self.states[touch.pk] = state
        self.over += [touch.enrollment] if state in ENDED else []


@dataclass(frozen=True)
class Report:
    """What came of a touch, and how it is written down; ``own`` is the place of the statement about the touch."""

    state: str
    statements: list[Statement]
    own: int


NOTHING = Report("", [], 0)


@transaction.atomic
def _bounced(touches: Iterable[Touch], now: datetime) -> None:
    """On record like the bounces that are reported later; the address is suppressed."""
    for touch in sorted(touches, key=attrgetter("recipient")):
        reported = Reported(
            provider="smtp",
            event_id=f"{touch.uuid.hex}:{touch.attempts}",
            kind=MailEventKind.HARD_BOUNCE,
            addresses=(touch.recipient,),
            at=now,
            touch=touch.uuid,
            detail=REFUSED,
        )
        take_event(reported, now=now)


def _begin(touch: Touch, known: Known, now: datetime) -> str:
    """``claimed`` if it is to be sent now, else what became of it; "" where its token does not hold it any more. Its
    lead is locked."""
    changes = instead_of_sending(touch, known, now) or _started(touch, now)
    if not update_rows(Touch, held(touch), changes):
        return ""
    if _changed(touch, changes) == TouchState.SKIPPED:
        run([_go_on(touch, now)])
    return touch.state


def _changed(touch: Touch, changes: Changes) -> str:
    for name, value in changes.items():
        setattr(touch, name, value)
    return touch.state


def held(touch: Touch) -> dict[str, Any]:
    """The claim's compare-and-swap: the touch, while its token holds it and nobody has begun to send it."""
    return {"pk": touch.pk, "token": touch.token, "state": TouchState.CLAIMED, "send_started_at": None}


def _started(touch: Touch, now: datetime) -> Changes:
    return mailbox_and_domain(touch) | {
        "state": TouchState.CLAIMED,
        "send_started_at": now,
        "lease_until": now + LEASE,
        "attempts": touch.attempts + 1,
        "recipient": touch.enrollment.lead.email,
    }


def _report(handed: Handed, now: datetime) -> Report:
    """Whoever took the touch for lost meanwhile (``unknown``) is put right: this worker knows what became of it."""
    touch, sent = handed.touch, handed.sending.result == Result.SENT
    changes = changes_by(handed.sending, touch, now)
    mine = {"pk": touch.pk, "token": touch.token, "state": (TouchState.CLAIMED, TouchState.UNKNOWN)}
    marks = marking_touched(lead=touch.enrollment.lead, now=now) if sent else []  # first, because it locks the lead
    ended = [_go_on(touch, now)] if changes["state"] in ENDED else []
    return Report(changes["state"], [*marks, updating(Touch, mine, changes), *ended], len(marks))


def _go_on(touch: Touch, now: datetime) -> Statement:
    """The enrollment can take its next step, if it still is at this one."""
    here = {"position": touch.step.position, "sequence": touch.step.sequence_id, "round": touch.round}
    return updating(Enrollment, {"pk": touch.enrollment_id, "state": EnrollmentState.ACTIVE, **here}, {"due_at": now})
