"""Mails over SMTP, signed with DKIM (RFC 6376): who gets one can tell that it is from our domain and unchanged."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import dkim
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

# What readers see, and what mail programs act on (RFC 8058 asks for both of List-Unsubscribe). Those that a mail lacks
# are passed over.
SIGNED = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
    *("MIME-Version", "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post"),
]


class SigningEmailBackend(EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return super().send_messages([cast(EmailMessage, Signed(message)) for message in email_messages])


class Signed:
    """An EmailMessage that carries its signature when it goes out."""

    def __init__(self, message: EmailMessage) -> None:
        self._message = message

    def __getattr__(self, name: str) -> Any:
        return getattr(self._message, name)

    def message(self) -> Any:
        made: Any = self._message.message()
        made["DKIM-Signature"] = signature_of(made.as_bytes(linesep="\r\n"))
        return made


def signature_of(mail: bytes) -> str:
    """The header's value, on one line. Raises dkim.DKIMException, a ValueError or an OSError where the key cannot be
    used."""
    line = dkim.sign(
        mail,
        settings.DKIM_SELECTOR.encode(),
        settings.DKIM_DOMAIN.encode(),
        private_key(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name.encode() for name in SIGNED],
        linesep=b"\r\n",
    )
    return " ".join(line.decode().partition(":")[2].split())


def private_key() -> bytes:
    return _read(settings.DKIM_PRIVATE_KEY, settings.DKIM_PRIVATE_KEY_FILE)


@cache
def _read(key: str, file: str) -> bytes:
    """A key in the environment may have its line ends as backslash and n."""
    if file:
        with open(file, "rb") as content:
            return content.read()
    return key.replace("\\n", "\n").encode()
