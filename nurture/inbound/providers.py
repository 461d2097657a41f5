"""Webhooks of the provider that sends our mails, read by django-anymail, which checks their signatures.

Only those of MAIL_PROVIDERS are open, and only where something can be checked: the provider's signing key, or the name
and password of ANYMAIL_WEBHOOK_SECRET in the address.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from anymail import urls
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailInsecureWebhookWarning,
    AnymailWebhookValidationFailure,
)
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailBasicAuthMixin
from django.conf import settings
from django.http import HttpRequest

from nurture.inbound.events import Reported, take_event
from nurture.inbound.letter import Letter
from nurture.inbound.receiving import receive
from nurture.inbound.refusals import BROKEN, FORGED, PostRefused
from nurture.inbound.severity import ENHANCED, is_hard
from nurture.models import MailEventKind

KINDS = {
    EventType.SENT: MailEventKind.SENT,
    EventType.DELIVERED: MailEventKind.DELIVERED,
    EventType.DEFERRED: MailEventKind.DEFERRED,
    EventType.FAILED: MailEventKind.REJECTED,
    EventType.COMPLAINED: MailEventKind.COMPLAINT,
    EventType.UNSUBSCRIBED: MailEventKind.UNSUBSCRIBED,
}
# Why a provider did not even try: what it had heard of the address before.
REJECTED = {
    RejectReason.INVALID: MailEventKind.HARD_BOUNCE,
    RejectReason.BOUNCED: MailEventKind.HARD_BOUNCE,
    RejectReason.SPAM: MailEventKind.COMPLAINT,
    RejectReason.UNSUBSCRIBED: MailEventKind.UNSUBSCRIBED,
}
UNCHECKED = "Nothing is set up to check the signature with"
PASSING = ("soft", "transient", "temporary", "undetermined", "blocked")


def is_open(provider: str, what: str) -> bool:
    return provider in settings.MAIL_PROVIDERS and _view_class(provider, what) is not None


def take_from_provider(*, request: HttpRequest, provider: str, what: str, now: datetime) -> None:
    """Raises PostRefused; then nothing was taken. What else it raises makes the provider try again."""
    view_class = _view_class(provider, what)
    assert view_class is not None  # noqa: S101 - only what is open is asked
    for event in _events(request, view_class):
        if isinstance(event, AnymailInboundEvent):
            if isinstance(event.message, AnymailInboundMessage):
                receive(_letter(event.message), source=provider, now=now)
        elif reported := reported_by(event, provider=provider, now=now):
            take_event(reported, now=now)


def _view_class(provider: str, what: str) -> type[AnymailBasicAuthMixin] | None:
    """Anymail's own for this address, such as “mailgun/tracking/”."""
    found = (pattern for pattern in urls.urlpatterns if pattern.pattern.match(f"{provider}/{what}/"))
    return next((pattern.callback.view_class for pattern in found), None)


def _events(request: HttpRequest, view_class: type[AnymailBasicAuthMixin]) -> list[Any]:
    view = _checking(view_class)
    try:
        view.run_validators(request)
        return list(view.parse_events(request))
    except AnymailWebhookValidationFailure as error:
        raise PostRefused("The signature, or name and password, is wrong", status=FORGED) from error
    except (AnymailError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PostRefused(f"The post cannot be read: {type(error).__name__}", status=BROKEN) from error


def _checking(view_class: type[AnymailBasicAuthMixin]) -> AnymailBasicAuthMixin:
    """A view that can tell a real post from a forged one."""
    try:
        view = view_class()
    except (AnymailConfigurationError, AnymailInsecureWebhookWarning) as error:
        raise PostRefused(UNCHECKED, status=FORGED) from error
    if view.warn_if_no_basic_auth and not view.basic_auth:
        raise PostRefused(UNCHECKED, status=FORGED)
    return view


def reported_by(event: AnymailTrackingEvent, *, provider: str, now: datetime) -> Reported | None:
    """None for what is of no interest here, such as opened mails."""
    kind = _kind(event)
    if not kind:
        return None
    at = event.timestamp or now
    return Reported(
        provider=provider,
        event_id=_event_id(event, at),
        kind=kind,
        addresses=(event.recipient,) if event.recipient else (),
        at=at,
        touch=_uuid((event.metadata or {}).get("touch")),
        message_id=str(event.message_id or ""),
        detail=_detail(event),
    )


def _event_id(event: AnymailTrackingEvent, at: datetime) -> str:
    """The provider's own; anymail takes Mailgun's token, which is another one when the event is posted again. Of those
    that have none: what happened to which mail when."""
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    own = raw["event-data"].get("id") if isinstance(raw.get("event-data"), dict) else None
    said = "\x00".join(map(str, (event.event_type, event.message_id, event.recipient, at.isoformat())))
    return str(own or event.event_id or sha256(said.encode()).hexdigest())


def _kind(event: AnymailTrackingEvent) -> str:
    if event.event_type == EventType.BOUNCED:
        return MailEventKind.HARD_BOUNCE if _is_for_good(event) else MailEventKind.SOFT_BOUNCE
    if event.event_type == EventType.REJECTED:
        return REJECTED.get(event.reject_reason, MailEventKind.REJECTED)
    return KINDS.get(event.event_type, "")


def _is_for_good(event: AnymailTrackingEvent) -> bool:
    """By the mail server's own words; where the provider has none, by its own."""
    detail = _detail(event)
    if ENHANCED.search(detail):
        return is_hard(detail)
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    named = " ".join(str(raw.get(name, "")) for name in ("Type", "type", "event", "bounce_type", "bounceType")).lower()
    return event.reject_reason in (RejectReason.INVALID, RejectReason.BOUNCED) and not any(p in named for p in PASSING)


def _detail(event: AnymailTrackingEvent) -> str:
    said = (event.mta_response, event.description)
    return " ".join(" ".join(str(part).replace("\x00", "") for part in said if part).split())


def _letter(message: AnymailInboundMessage) -> Letter:
    envelope = (message.envelope_recipient,) if message.envelope_recipient else ()
    return Letter(Letter.from_bytes(message.as_bytes()).message, envelope=envelope)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
