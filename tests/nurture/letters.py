"""Mails as they come in, built by Python's own library."""

from email.message import EmailMessage
from email.utils import format_datetime

from nurture.inbound.letter import Letter
from nurture.models import Touch
from tests.factories import NOW


def answer(touch: Touch | None = None, text: str = "Yes, please call me.", **headers: str) -> Letter:
    """From the recipient of the touch, to its Message-ID. ``x_autoreply="yes"`` is a header."""
    message = EmailMessage()
    sender = touch.recipient if touch else "somebody@nowhere.example"
    fields = {"From": f"Pat Prospect <{sender}>", "To": "ripen@ripen.example", "Subject": "Re: Hello"}
    if touch:
        fields["In-Reply-To"] = f"<{touch.uuid}@ripen.example>"
    fields |= {"Date": format_datetime(NOW), "Message-ID": f"<{abs(hash((text, *headers.items())))}@mail.example>"}
    fields |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    for name, value in fields.items():
        if value:
            message[name] = value
    message.set_content(text)
    return Letter.from_bytes(message.as_bytes())


def bounce(
    touch: Touch, *, status: str = "5.1.1", action: str = "failed", address: str = "", said: str = "550 no such user"
) -> Letter:
    """A delivery status notification (RFC 3464) with the headers of our mail."""
    return _report(
        "delivery-status",
        f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {address or touch.recipient}\nAction: {action}\n"
        f"Status: {status}\nDiagnostic-Code: smtp; {said}\n",
        touch,
        "To: " + (address or touch.recipient),
    )


def complaint(touch: Touch, *, address: str = "") -> Letter:
    """A feedback report (RFC 5965); most have the recipient blacked out."""
    rcpt = f"Original-Rcpt-To: {address}\n" if address else ""
    return _report("feedback-report", f"Feedback-Type: abuse\nUser-Agent: Test/1\nVersion: 1\n{rcpt}", touch, "")


def _report(kind: str, fields: str, touch: Touch, to: str) -> Letter:
    headers = f"Message-ID: <{touch.uuid}@ripen.example>\nSubject: Hello\n{to}"
    text = f"""From: mailer-daemon@mx.example
To: ripen@ripen.example
Subject: Delivery report
Date: {format_datetime(NOW)}
Message-ID: <{kind}-{touch.uuid}-{abs(hash(fields))}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

This is a report.
--b
Content-Type: message/{kind}

{fields}
--b
Content-Type: text/rfc822-headers

{headers}
--b--
"""
    return Letter.from_bytes(text.replace("\n", "\r\n").encode())
