"""One mail to the mail server, and what its answer means."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.mail import EmailMessage

from nurture.mail.connection import drop_connection, mark, open_connection
from nurture.mail.meanwhile import working_meanwhile
from nurture.mail.message import Mail, build
from nurture.mail.verdicts import Result, knows_nobody, meaning_of
from nurture.models import Touch

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sending:
    result: Result
    message: EmailMessage | None = None
    error: str = ""
    nobody: bool = False  # the server knows nobody of that address

    @property
    def names(self) -> dict[str, str]:
        """What the touch keeps of the mail, to know it again when an answer or an event names it."""
        if self.message is None:
            return {}
        return {
            "subject": str(self.message.subject)[:998],
            "message_id": self.message.extra_headers["Message-ID"],
            "provider_id": _provider_id(self.message),
        }


def send(
    touch: Touch, *, now: datetime, mail: Mail | None = None, meanwhile: Callable[[], None] = lambda: None
) -> Sending:
    """Never raises. ``mail``, where it was written ahead; ``meanwhile`` may be done while the server reads it, and must
    not raise either."""
    try:
        message = mail or build(touch, now=now)
    except ValueError as error:  # this one mail is wrong, and will be at every try
        return Sending(Result.REFUSED, error=f"The mail cannot be made: {error}")
    except Exception as error:  # we are wrong: not the fault of the touches that are due while it lasts
        logger.exception("touch %s: the mail cannot be made", touch.uuid)
        return Sending(Result.TRY_AGAIN, error=f"{type(error).__name__}: {error}")
    try:
        connection = open_connection()
    except Exception as error:
        drop_connection()
        return Sending(Result.TRY_AGAIN, message, f"The mail server cannot be reached: {error}")
    try:
        mark(connection, touch.uuid)
        with working_meanwhile(connection, meanwhile):
            connection.send_messages([message])
    except Exception as error:
        drop_connection()
        return Sending(meaning_of(error), message, f"{type(error).__name__}: {error}", knows_nobody(error))
    return Sending(Result.SENT, message)


def _provider_id(message: EmailMessage) -> str:
    """What the provider calls the mail to its one recipient; "" over SMTP, or where it does not say."""
    status = getattr(message, "anymail_status", None)
    names = [recipient.message_id for recipient in status.recipients.values()] if status else []
    return next((str(name)[:255] for name in names if name), "")
