"""What a touch becomes, by what the mail server said."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from nurture.mail.verdicts import Result
from nurture.models import Touch, TouchState
from nurture.services.sending import Sending

MAX_ATTEMPTS = 8  # about 13 hours: a mail server that is down for a night loses nothing
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=settings.NURTURE_RETRY_SECONDS), timedelta(hours=4)
JITTER = random.SystemRandom()
NOT_CLAIMED: dict[str, Any] = {"state": TouchState.PLANNED, "token": None, "lease_until": None}


def changes_by(sending: Sending, touch: Touch, now: datetime) -> dict[str, Any]:
    """The touch's new values."""
    return CHANGES[sending.result](touch, sending, now) | sending.names


def _sent(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    return {"state": TouchState.SENT, "sent_at": now, "error": ""}


def _refused(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    return {"state": TouchState.FAILED, "error": sending.error}


def _unknown(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    return {"state": TouchState.UNKNOWN, "error": sending.error}


def _try_again(touch: Touch, sending: Sending, now: datetime) -> dict[str, Any]:
    if touch.attempts >= MAX_ATTEMPTS:
        return _refused(touch, sending, now)
    pause = min(FIRST_RETRY * 4 ** (touch.attempts - 1), LONGEST_RETRY) * JITTER.uniform(0.75, 1.25)
    return NOT_CLAIMED | {"due_at": now + pause, "send_started_at": None, "error": sending.error}


CHANGES: dict[Result, Callable[[Touch, Sending, datetime], dict[str, Any]]] = {
    Result.SENT: _sent,
    Result.REFUSED: _refused,
    Result.TRY_AGAIN: _try_again,
    Result.UNKNOWN: _unknown,
}
