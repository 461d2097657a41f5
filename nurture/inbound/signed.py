"""The webhook for whoever sends mails without one of the known providers: signed as standardwebhooks.com describes it,
with MAIL_WEBHOOK_SECRET. Posts older than five minutes are refused, and each id counts once."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from standardwebhooks import Webhook

from nurture.inbound.events import Reported, take_event
from nurture.inbound.letter import Letter
from nurture.inbound.receiving import receive
from nurture.inbound.refusals import BROKEN, FORGED, PostRefused
from nurture.inbound.severity import is_hard
from nurture.models import MailEventKind

SOURCE = "webhook"
INBOUND = "inbound"
KINDS = {
    "sent": MailEventKind.SENT,
    "delivered": MailEventKind.DELIVERED,
    "deferred": MailEventKind.DEFERRED,
    "rejected": MailEventKind.REJECTED,
    "complained": MailEventKind.COMPLAINT,
    "unsubscribed": MailEventKind.UNSUBSCRIBED,
}
BOUNCED = "bounced"


def take_signed(*, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """Raises PostRefused; then nothing was taken."""
    data = _verified(body, headers)
    if _text(data, "type") == INBOUND:
        receive(Letter.from_bytes(_raw(data)), source=SOURCE, now=now)
    else:
        take_event(_reported(data, event_id=headers["webhook-id"], now=now), now=now)


def _verified(body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    if not settings.MAIL_WEBHOOK_SECRET:
        raise PostRefused("MAIL_WEBHOOK_SECRET is not set: nothing can be taken", status=FORGED)
    try:
        Webhook(settings.MAIL_WEBHOOK_SECRET).verify(body, dict(headers), json_parse=False)
    except Exception as error:  # the library raises whatever a forged header makes it raise
        raise PostRefused("The signature is wrong, or older than five minutes", status=FORGED) from error
    try:
        data = json.loads(body)
    except ValueError as error:
        raise PostRefused("The body is not JSON", status=BROKEN) from error
    if not isinstance(data, dict):
        raise PostRefused("The body is not a JSON object", status=BROKEN)
    return data


def _reported(data: dict[str, Any], *, event_id: str, now: datetime) -> Reported:
    detail, said = _text(data, "detail"), _text(data, "type")
    kind = KINDS.get(said, "")
    if said == BOUNCED:
        hard = is_hard(detail) if data.get("hard") is None else data["hard"] is True
        kind = MailEventKind.HARD_BOUNCE if hard else MailEventKind.SOFT_BOUNCE
    if not kind:
        raise PostRefused(f"“type” must be one of {', '.join([*KINDS, BOUNCED, INBOUND])}", status=BROKEN)
    return Reported(
        provider=SOURCE,
        event_id=event_id,
        kind=kind,
        addresses=(_text(data, "recipient"),),
        at=_at(data, now),
        message_id=_text(data, "message_id"),
        detail=detail,
    )


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise PostRefused(f"“{name}” is not a text", status=BROKEN)
    return value.replace("\x00", "")


def _at(data: dict[str, Any], now: datetime) -> datetime:
    given = _text(data, "at")
    try:
        at = parse_datetime(given) if given else now
    except ValueError:
        at = None
    if at is None:
        raise PostRefused("“at” is not a time of ISO 8601", status=BROKEN)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _raw(data: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode(_text(data, "raw"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PostRefused("“raw” is not the mail in base64", status=BROKEN) from error
