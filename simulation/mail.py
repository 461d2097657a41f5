"""Mail that goes nowhere: nothing that a simulation sends reaches a network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMessage

from crm.outbox.backends import StoredEmailBackend, date_of
from nurture.mail.connection import drop_connection

BACKEND = "simulation.mail.Postbox"


class RealMail(Exception):
    """A mail would have gone out for real."""


class Postbox(StoredEmailBackend):
    """Stores the mails dated ``keep_from`` or later in the outbox, and counts the others."""

    keep_from: ClassVar[datetime]
    recipients: ClassVar[list[tuple[datetime, str]]] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(self._take(message) for message in email_messages)

    def _take(self, message: EmailMessage) -> int:
        sent_at = date_of(message)
        self.recipients.extend((sent_at, address) for address in message.recipients())
        return super().send_messages([message]) if sent_at >= self.keep_from else 1


@contextmanager
def no_real_mail(*, keep_from: datetime) -> Iterator[None]:
    """Within it all mail of this process goes to ``Postbox``."""
    before, Postbox.keep_from = settings.EMAIL_BACKEND, keep_from
    Postbox.recipients.clear()
    drop_connection()
    settings.EMAIL_BACKEND = BACKEND
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = before
        drop_connection()


def refuse_real_mail() -> None:
    """Raises RealMail unless ``no_real_mail`` is in force."""
    if settings.EMAIL_BACKEND != BACKEND:
        raise RealMail(f"A simulation may not send through {settings.EMAIL_BACKEND}.")
