"""One kept connection to the mail server per thread of a worker process."""

import smtplib
import threading
import time
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from urllib3.util.wait import wait_for_read

IDLE = (
    5.0  # seconds after which a connection is asked whether it is still there: what lies between may have forgotten it
)

_kept = threading.local()


def open_connection() -> BaseEmailBackend:
    """Ready to send; the kept one if it still answers. Whatever this raises, nothing was sent."""
    server = (settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER)
    if getattr(_kept, "server", None) != server:
        drop_connection()
        _kept.backend, _kept.server = get_connection(), server
    elif not _answers(_kept.backend):
        drop_connection()
        return open_connection()
    _kept.backend.open()
    _kept.used_at = time.monotonic()
    return _kept.backend


def mark(backend: BaseEmailBackend, touch: UUID) -> None:
    """To a provider's interface, not over SMTP: the key by which it knows a mail that comes twice. Those that know no
    such key pass over it."""
    if session := getattr(backend, "session", None):
        session.headers["Idempotency-Key"] = str(touch)


def drop_connection() -> None:
    """After an error nobody knows what state the conversation is in."""
    if backend := getattr(_kept, "backend", None):
        with suppress(OSError, smtplib.SMTPException):
            backend.close()
    _kept.backend = _kept.server = None


def _answers(backend: BaseEmailBackend) -> bool:
    smtp = getattr(backend, "connection", None)
    if not isinstance(smtp, smtplib.SMTP):
        return True
    if time.monotonic() - _kept.used_at < IDLE and _says_nothing(smtp):
        return True
    try:
        return smtp.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _says_nothing(smtp: smtplib.SMTP) -> bool:
    """A server that says something without being asked has closed the connection, or is about to."""
    return smtp.sock is not None and not wait_for_read(smtp.sock, timeout=0)
