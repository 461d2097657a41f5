"""A touch as a mail: its letter, and the headers that the law, RFC 8058 and threads ask for."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives

from crm.people.emails import domain_of, parse_email
from crm.people.models import Company
from nurture.mail.letter import Letter, compose
from nurture.mail.links import Links, TouchLinks
from nurture.mail.ready import NO_POSTAL_ADDRESS
from nurture.mail.senders import reply_address, sender_of
from nurture.mail.threads import thread_of
from nurture.models import Touch


class NotReady(Exception):
    """Nothing can be sent at present; not the mail's fault."""


class Mail(EmailMultiAlternatives):
    """What was made to see that it can be is what goes out: making it takes longer than sending it."""

    _made: Any = None

    def check(self) -> None:
        """Raises what ``message`` would."""
        self._made = super().message()

    def message(self, **options: Any) -> Any:
        made, self._made = self._made, None
        return made or super().message(**options)


def build(touch: Touch, *, now: datetime) -> Mail:
    """To exactly one address. Raises ValueError (of several kinds) where the mail cannot be made, NotReady where none
    can."""
    if not Company.current().postal_address.strip():
        raise NotReady(NO_POSTAL_ADDRESS)
    lead, sequence = touch.enrollment.lead, touch.enrollment.sequence
    sender = sender_of(sequence, lead)
    links = TouchLinks(touch, tracked=sequence.track_clicks)
    letter = compose(step=touch.step, wording=touch.text, lead=lead, sender=sender, links=links)
    thread = thread_of(touch)
    headers = {"Message-ID": message_id(touch, sender), "Date": format_datetime(now), **thread.headers}
    message = message_of(letter, sender=sender, to=lead.email, links=links, headers=headers)
    message.subject = thread.subject(letter.subject)
    message.reply_to = [address] if (address := reply_address(touch)) else []
    message.metadata = {"touch": touch.uuid.hex}  # type: ignore[attr-defined] # providers give it back in their events
    message.check()  # a header that breaks the mail is found here, before anything is sent
    return message


def message_of(letter: Letter, *, sender: str, to: str, links: Links, headers: dict[str, str]) -> Mail:
    message = Mail(
        subject=letter.subject,
        body=letter.text,
        from_email=sender,
        to=[parse_email(to)],
        headers={
            **headers,
            "List-Unsubscribe": f"<{links.unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(letter.html, "text/html")
    return message


def message_id(touch: Touch, sender: str) -> str:
    """The same at every try, so that a server with idempotency takes the mail once."""
    return f"<{touch.uuid}@{domain_of(sender)}>"
