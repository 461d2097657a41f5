"""What became of a mail whose sending ended in an error: a server's answer says it, a broken line says nothing."""

import re
import smtplib
from enum import Enum

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailError
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError


class Result(Enum):
    SENT = "sent"
    REFUSED = "refused"  # for good: trying again would not help
    TRY_AGAIN = "try_again"  # certainly not sent
    UNKNOWN = "unknown"  # it may or may not have been sent


# Of a provider's interface: our key, our quota, or its own maintenance, none of them this mail's fault.
NOT_THE_MAILS_FAULT = {401, 402, 403, 404, 429, 503}


NOBODY = {550, 551, 553}  # as an answer to a recipient
ENHANCED = re.compile(rb"\s*5\.(\d+)\.\d+")


def meaning_of(error: Exception) -> Result:
    if isinstance(error, AnymailAPIError):
        return Result.TRY_AGAIN if _never_reached(error) else _of_provider(error.status_code)
    if isinstance(error, AnymailConfigurationError):
        return Result.TRY_AGAIN
    if isinstance(error, AnymailError):  # before it was sent, or in the provider's own words
        return Result.REFUSED
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _of_server([code for code, _ in error.recipients.values()])
    if isinstance(error, smtplib.SMTPResponseException):
        return _of_server([error.smtp_code])
    return Result.UNKNOWN


def knows_nobody(error: Exception) -> bool:
    """The server says of the recipient that there is no such address, not that it does not want our mail (5.7) or that
    the mailbox is full (5.2)."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code in NOBODY and _is_about_the_address(reason) for code, reason in error.recipients.values())


def _is_about_the_address(reason: bytes) -> bool:
    """By RFC 3463's code, where the answer has one."""
    found = ENHANCED.match(reason)
    return found is None or found[1] == b"1"


def _of_server(codes: list[int]) -> Result:
    if all(500 <= code <= 599 for code in codes):
        return Result.REFUSED
    return Result.TRY_AGAIN if all(400 <= code <= 499 for code in codes) else Result.UNKNOWN


def _never_reached(error: AnymailAPIError) -> bool:
    """No connection came about, so nothing was said over it."""
    cause = error.__cause__
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _of_provider(status: int | None) -> Result:
    """No answer at all, an error of its own, or an answer that cannot be read: it may have taken the mail."""
    if status in NOT_THE_MAILS_FAULT:
        return Result.TRY_AGAIN
    return Result.REFUSED if status and 400 <= status <= 499 and status != 408 else Result.UNKNOWN
