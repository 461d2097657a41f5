"""One mail to the mail server, and what its answer means."""

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.core.mail import EmailMessage

from nurture.mail.connection import drop_connection, open_connection
from nurture.mail.message import build
from nurture.models import Touch

logger = logging.getLogger(__name__)


class Result(Enum):
    SENT = "sent"
    REFUSED = "refused"  # for good: trying again would not help
    TRY_AGAIN = "try_again"  # certainly not sent
    UNKNOWN = "unknown"  # it may or may not have been sent


@dataclass(frozen=True)
class Sending:
    result: Result
    message: EmailMessage | None = None
    error: str = ""


def send(touch: Touch, *, now: datetime) -> Sending:
    """Never raises."""
    try:
        message = build(touch, now=now)
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
        connection.send_messages([message])
    except Exception as error:
        drop_connection()
        return Sending(_meaning(error), message, f"{type(error).__name__}: {error}")
    return Sending(Result.SENT, message)


def _meaning(error: Exception) -> Result:
    """An answer of the server says what became of the mail; a broken conversation says nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    else:
        return Result.UNKNOWN
    if all(500 <= code <= 599 for code in codes):
        return Result.REFUSED
    return Result.TRY_AGAIN if all(400 <= code <= 499 for code in codes) else Result.UNKNOWN
