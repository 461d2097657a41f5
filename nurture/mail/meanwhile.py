"""The answer to a mail's text is what takes a mail server longest: time to do something else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from smtplib import SMTP
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend

GO_ON = 354  # the server's answer to DATA: the text may come


@contextmanager
def working_meanwhile(backend: BaseEmailBackend, work: Callable[[], None]) -> Iterator[None]:
    """Over SMTP, ``work`` is done once the text of a mail is sent, before the answer to it is read. Not at all where
    the mail does not come to that, or goes another way. It must not raise: the mail may be delivered."""
    smtp: Any = getattr(backend, "connection", None)
    if not isinstance(smtp, SMTP):
        yield
        return
    ask, before = smtp.getreply, None

    def getreply() -> tuple[int, bytes]:
        nonlocal before
        if before == GO_ON:
            work()
        before, text = ask()
        return before, text

    smtp.getreply = getreply  # type: ignore[method-assign]
    try:
        yield
    finally:
        del smtp.getreply
