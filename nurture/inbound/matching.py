"""Which of our mails a mail is about, and whose it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from crm.people.emails import email_key
from leads.models import Lead
from nurture.inbound.letter import Letter
from nurture.mail.senders import read_reply_token
from nurture.models import MatchedBy, Touch, TouchKind

# The touch's UUID is the local part of the Message-ID that we give: nobody guesses it.
OURS = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)

TOKEN = re.compile(r"[0-9a-f]{48}")


@dataclass(frozen=True)
class Match:
    """``touch`` is null where only the sender is known and we never wrote to that address."""

    lead: Lead
    touch: Touch | None
    by: str


def match(letter: Letter) -> Match | None:
    """By what it answers, then by the address it came to, then by who wrote it: unless the server that took it says
    that the sender is forged."""
    if touch := touch_of(letter.answers):
        return Match(touch.live_lead, touch, MatchedBy.THREAD)
    if touch := _by_address(letter.recipients):
        return Match(touch.live_lead, touch, MatchedBy.REPLY_ADDRESS)
    return None if letter.failed_checks else _by_sender(letter.sender)


def touch_of(message_ids: Iterable[str]) -> Touch | None:
    """The first of them that is of a mail of ours, as we named it or as the provider did."""
    wanted = list(message_ids)
    uuids = [UUID(found[1]) for message_id in wanted if (found := OURS.match(message_id))]
    touches = _emails().filter(uuid__in=uuids).in_bulk(field_name="uuid")
    for uuid in uuids:
        if uuid in touches:
            return touches[uuid]
    bare = [message_id.strip("<>") for message_id in wanted if message_id]
    names = [*bare, *(f"<{message_id}>" for message_id in bare)]
    return _emails().filter(provider_id__in=names).first() if names else None


def is_to(touch: Touch, addresses: Iterable[str]) -> bool:
    """Was the mail sent to one of them?"""
    return email_key(touch.recipient) in {email_key(address) for address in addresses if address}


def _by_address(recipients: Iterable[str]) -> Touch | None:
    tokens = (token for address in recipients for token in TOKEN.findall(address.lower()))
    uuids = [uuid for token in tokens if (uuid := read_reply_token(token))]
    return _emails().filter(uuid__in=uuids).first() if uuids else None


def _by_sender(sender: str) -> Match | None:
    lead = Lead.objects.live().filter(email_key=email_key(sender)).first() if email_key(sender) else None
    if lead is None:
        return None
    return Match(lead, last_mail_to(lead), MatchedBy.SENDER)


def last_mail_to(lead: Lead) -> Touch | None:
    return _emails().filter(enrollment__lead=lead).order_by("-send_started_at").first()


def _emails() -> QuerySet[Touch]:
    """Those that were sent, or may have been."""
    begun = Touch.objects.filter(kind=TouchKind.EMAIL, send_started_at__isnull=False)
    return begun.select_related("enrollment__lead__owner__team", "step")
