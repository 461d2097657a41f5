"""Letters that come in: read from bytes, as those of a mail server."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from nurture.inbound.letter import Letter
from nurture.models import Touch
from simulation.company import DOMAIN

US = f"replies@{DOMAIN}"
AUTOMATIC = {"Auto-Submitted": "auto-replied"}
# What the other server says of an address that is wrong, and of a mailbox that is full.
NOBODY = "5.1.1", "550 5.1.1 No such user here"
FULL = "5.2.2", "552 5.2.2 Mailbox full"
REPORT = """From: Mail Delivery System <mailer-daemon@{host}>
To: {us}
Subject: Undelivered mail returned to sender
Date: {date}
Message-ID: <report.{touch.uuid}@{host}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

Your mail to {touch.recipient} could not be delivered: {said}
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}

Final-Recipient: rfc822; {touch.recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; {said}
--part
Content-Type: text/rfc822-headers

Message-ID: {touch.message_id}
To: {touch.recipient}
Subject: {touch.subject}
--part--
"""


def reply(touch: Touch, text: str, *, now: datetime) -> Letter:
    """From the recipient, with our mail quoted below, as mail programs do."""
    quoted = f"On {touch.sent_at:%d %B %Y}, Ripen demo wrote:\n> {touch.subject}"
    return _answer(touch, f"Re: {touch.subject}", f"{text}\n\n{quoted}", "reply", now, {})


def out_of_office(touch: Touch, text: str, *, now: datetime) -> Letter:
    return _answer(touch, f"Automatic reply: {touch.subject}", text, "away", now, AUTOMATIC)


def bounce(touch: Touch, reason: tuple[str, str], *, now: datetime) -> Letter:
    """A delivery status notification (RFC 3464), sent back by the recipient's server."""
    status, said = reason
    host, date = f"mx.{touch.domain}", format_datetime(now)
    return Letter.from_bytes(REPORT.format(touch=touch, us=US, host=host, date=date, status=status, said=said).encode())


def from_nobody(sender: str, subject: str, text: str, *, now: datetime) -> Letter:
    return _letter(sender, subject, text, f"new.{now.timestamp()}", now, {})


def _answer(touch: Touch, subject: str, text: str, kind: str, now: datetime, headers: dict[str, str]) -> Letter:
    sender = formataddr((str(touch.enrollment.lead), touch.recipient))
    return _letter(sender, subject, text, f"{kind}.{touch.uuid}", now, headers | {"In-Reply-To": touch.message_id})


def _letter(sender: str, subject: str, text: str, name: str, now: datetime, headers: dict[str, str]) -> Letter:
    message = EmailMessage()
    said = {"From": sender, "To": US, "Subject": subject, "Date": format_datetime(now), **headers}
    for header, value in (said | {"Message-ID": f"<{name}@mail.example>"}).items():
        message[header] = value
    message.set_content(text)
    return Letter.from_bytes(message.as_bytes())
