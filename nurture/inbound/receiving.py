"""Takes in a mail: what kind it is, whose it is, and what follows from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.people.models import User
from leads.models import EngagementKind, Lead
from leads.services.engagement import record_engagement
from nurture.inbound.events import Reported, take_event
from nurture.inbound.letter import Letter
from nurture.inbound.matching import Match, last_mail_to, match
from nurture.inbound.telling import tell_of_reply
from nurture.inbound.wishes import is_opt_out
from nurture.models import ExitReason, InboundKind, InboundMail, Mailbox, MailEventKind, MatchedBy
from nurture.services.exits import leave_if_over, stop_enrollment
from nurture.services.locks import lock_lead
from nurture.services.suppression import opt_out_by_reply


class AttachRefused(Exception):
    """Nothing was changed; the message is for a person."""


@transaction.atomic
def receive(letter: Letter, *, source: str, now: datetime, mailbox: Mailbox | None = None) -> InboundMail | None:
    """None where it was received before, by whichever way."""
    mail, new = InboundMail.objects.get_or_create(
        digest=letter.digest, defaults={**_said(letter), "source": source[:100], "mailbox": mailbox, "received_at": now}
    )
    if not new:
        return None
    if letter.report:
        _take_report(mail, letter, now)
    elif User.objects.filter(email__iexact=letter.sender, is_active=True).exists():
        _set(mail, kind=InboundKind.COLLEAGUE)
    elif found := match(letter):
        kind = _kind(letter)
        _set(mail, kind=kind, lead=found.lead, touch=found.touch, matched_by=found.by)
        FOLLOWS[kind](mail, found, now)
    return mail


@transaction.atomic
def attach(*, mail: InboundMail, lead: Lead, by: User, now: datetime) -> InboundMail:
    """Somebody found out whose it is: it counts as that lead's reply. Raises AttachRefused."""
    mail = InboundMail.objects.select_for_update().get(pk=mail.pk)
    if mail.kind != InboundKind.UNMATCHED:
        raise AttachRefused(f"It is no longer open: {mail.get_kind_display().lower()}.")
    found = Match(lead, last_mail_to(lead), MatchedBy.HAND)
    _set(
        mail,
        kind=InboundKind.REPLY,
        lead=lead,
        touch=found.touch,
        matched_by=MatchedBy.HAND,
        matched_by_user=by,
    )
    _reply(mail, found, now)
    return mail


def _said(letter: Letter) -> dict[str, Any]:
    return {
        "sender": letter.sender,
        "sender_name": letter.sender_name,
        "recipients": ", ".join(letter.recipients),
        "subject": letter.subject,
        "text": letter.text,
        "own_words": letter.own_words,
        "attachments": "\n".join(letter.attachments),
        "message_id": letter.message_id,
        "written_at": letter.written_at,
    }


def _kind(letter: Letter) -> str:
    if letter.automatic:
        return InboundKind.AUTOMATIC
    return InboundKind.OPT_OUT if is_opt_out(letter.own_words, letter.subject) else InboundKind.REPLY


def _reply(mail: InboundMail, found: Match, now: datetime) -> None:
    """The lead is talked to by a person from now on."""
    lead = lock_lead(found.lead.pk)
    for enrollment in lead.enrollments.active():
        stop_enrollment(enrollment=enrollment, reason=ExitReason.REPLIED, now=now)
    record_engagement(lead=lead, kind=EngagementKind.REPLY, now=now, external_id=f"mail:{mail.digest}")
    lead.refresh_from_db()
    leave_if_over(lead=lead, now=now)
    tell_of_reply(mail, lead=lead, now=now)


def _opt_out(mail: InboundMail, found: Match, now: datetime) -> None:
    opt_out_by_reply(lead=found.lead, touch=found.touch, sender=mail.sender, now=now)


def _nothing(mail: InboundMail, found: Match, now: datetime) -> None:
    """A program answered: the sequence goes on."""


FOLLOWS: dict[str, Callable[[InboundMail, Match, datetime], None]] = {
    InboundKind.REPLY: _reply,
    InboundKind.OPT_OUT: _opt_out,
    InboundKind.AUTOMATIC: _nothing,
}


def _take_report(mail: InboundMail, letter: Letter, now: datetime) -> None:
    report = letter.report
    assert report is not None  # noqa: S101 - asked by the caller
    events = [
        take_event(
            Reported(
                provider="mail",
                event_id=f"{letter.digest}:{number}",
                kind=outcome.kind,
                addresses=outcome.addresses,
                at=letter.written_at or now,
                message_id=report.message_id,
                detail=outcome.detail,
            ),
            now=now,
        )
        for number, outcome in enumerate(report.outcomes)
    ]
    complained = any(event and event.kind == MailEventKind.COMPLAINT for event in events)
    touch = next((event.touch for event in events if event and event.touch), None)
    whose = {"lead": touch.live_lead, "touch": touch, "matched_by": MatchedBy.THREAD} if touch else {}
    _set(mail, kind=InboundKind.COMPLAINT if complained else InboundKind.BOUNCE, **whose)


def _set(mail: InboundMail, **values: Any) -> None:
    for name, value in values.items():
        setattr(mail, name, value)
    mail.save(update_fields=list(values))
