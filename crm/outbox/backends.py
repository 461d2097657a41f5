"""An e-mail back end that stores instead of sending."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from crm.outbox.models import StoredEmail


def html_of(message: EmailMessage) -> str:
    alternatives = getattr(message, "alternatives", [])
    return next((str(body) for body, mimetype in alternatives if mimetype == "text/html"), "")


def date_of(message: EmailMessage) -> datetime:
    """The mail's own date, where it has one that is a date."""
    try:
        return parsedate_to_datetime(str(message.extra_headers.get("Date", "")))
    except ValueError:
        return timezone.now()


class StoredEmailBackend(BaseEmailBackend):
    """A Message-ID that is already stored is not stored again, as a mail server with an idempotency key does."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(self._store(message) for message in email_messages if message.recipients())

    def _store(self, message: EmailMessage) -> bool:
        mime = message.message()
        _, created = StoredEmail.objects.get_or_create(
            message_id=str(mime["Message-ID"]),
            defaults={
                "sender": message.from_email,
                "recipients": ", ".join(message.recipients()),
                "subject": str(message.subject),
                "text": str(message.body),
                "html": html_of(message),
                "headers": {name: str(value) for name, value in mime.items()},
                "sent_at": date_of(message),
            },
        )
        return created
