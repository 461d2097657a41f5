"""What was reported of a mail, and what follows: the same, however often and in whatever order the reports come.

A report counts if it is new and names a mail of ours together with the address that it went to. What follows is worked
out anew from all that was ever reported, so that no order can matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from crm.people.emails import email_key
from nurture.inbound.matching import is_to, touch_of
from nurture.models import (
    MailEvent,
    MailEventKind,
    SuppressionKind,
    SuppressionReason,
    Touch,
    TouchState,
)
from nurture.services.repair import resolve_unknown
from nurture.services.suppression import suppress

SOFT_BOUNCES = 3
WITHIN = timedelta(days=30)
NOT_SENT = "The provider did not send it."
ENDS: dict[str, str] = {
    MailEventKind.HARD_BOUNCE: SuppressionReason.BOUNCE,
    MailEventKind.COMPLAINT: SuppressionReason.COMPLAINT,
    MailEventKind.UNSUBSCRIBED: SuppressionReason.OPT_OUT,
}


@dataclass(frozen=True)
class Reported:
    """``event_id`` is unique at ``provider``. ``touch``: where it gives back what we gave it. ``addresses``: the names
    under which it knows the recipient; none where it does not say."""

    provider: str
    event_id: str
    kind: str
    addresses: tuple[str, ...]
    at: datetime
    touch: UUID | None = None
    message_id: str = ""
    detail: str = ""


@transaction.atomic
def take_event(reported: Reported, *, now: datetime) -> MailEvent | None:
    """None where it was taken before."""
    touch = _touch_of(reported)
    at = min(reported.at, now)
    address = touch.recipient if touch else next(iter(reported.addresses), "")
    event, new = MailEvent.objects.get_or_create(
        provider=reported.provider[:40],
        event_id=reported.event_id[:255],
        defaults={
            "kind": reported.kind,
            "touch": touch,
            "address": address[:320],
            "address_key": email_key(address)[:254],
            "message_id": reported.message_id[:998],
            "detail": reported.detail[:2_000],
            "at": at,
            "received_at": now,
        },
    )
    if new and touch:
        _settle(touch, now)
        EFFECTS.get(reported.kind, _nothing)(event, now)
    return event if new else None


def _touch_of(reported: Reported) -> Touch | None:
    """Message and address must both fit; a complaint whose address was blacked out needs the message alone, whose name
    only its reader knows."""
    found = Touch.objects.filter(uuid=reported.touch).first() if reported.touch else None
    touch = found or touch_of([reported.message_id])
    if touch is None:
        return None
    blacked_out = reported.kind == MailEventKind.COMPLAINT and not reported.addresses
    return touch if blacked_out or is_to(touch, reported.addresses) else None


def _settle(touch: Touch, now: datetime) -> None:
    """A mail of which nobody knew whether it went out is settled by what is reported of it; anything but that the
    provider did not send it shows that it did."""
    kinds = set(MailEvent.objects.filter(touch=touch).values_list("kind", flat=True))
    sent = kinds != {MailEventKind.REJECTED}
    touches = Touch.objects.filter(pk=touch.pk)
    if sent:  # we had been told otherwise before
        touches.filter(state=TouchState.FAILED, error=NOT_SENT).update(state=TouchState.UNKNOWN)
    if touches.filter(state=TouchState.UNKNOWN).exists():
        resolve_unknown(touch=touch, sent=sent, now=now)
        touches.update(error="" if sent else NOT_SENT)


def _end(event: MailEvent, now: datetime) -> None:
    reason = ENDS[event.kind]
    suppress(
        kind=SuppressionKind.EMAIL, key=event.address, reason=reason, now=now, since=event.at, note=event.detail[:300]
    )


def _soft(event: MailEvent, now: datetime) -> None:
    """Three mails within thirty days, each counted once."""
    bounced = MailEvent.objects.filter(
        kind=MailEventKind.SOFT_BOUNCE, address_key=event.address_key, touch__isnull=False
    )
    times = sorted(bounced.order_by().values("touch").annotate(first=Min("at")).values_list("first", flat=True))
    for first, third in zip(times, times[SOFT_BOUNCES - 1 :], strict=False):
        if third - first <= WITHIN:
            note = f"{SOFT_BOUNCES} mails bounced within {WITHIN.days} days"
            suppress(
                kind=SuppressionKind.EMAIL,
                key=event.address,
                reason=SuppressionReason.BOUNCE,
                now=now,
                since=third,
                note=note,
            )
            return


def _nothing(event: MailEvent, now: datetime) -> None:
    """It only says how far the mail came."""


EFFECTS: dict[str, Callable[[MailEvent, datetime], None]] = {
    **dict.fromkeys(ENDS, _end),
    MailEventKind.SOFT_BOUNCE: _soft,
}
