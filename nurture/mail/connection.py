"""One kept connection to the mail server per thread of a worker process."""

import smtplib
import threading
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

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
    try:
        return smtp.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False
