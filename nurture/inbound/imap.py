"""The conversation with an IMAP server. What goes wrong is said for a person."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailMessage
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from crm.web.sealing import SealBroken
from nurture.models import Mailbox, Security

TIMEOUT = 30  # seconds, of each answer
MAX_SIZE = 25_000_000  # bytes; of a larger mail only the headers are read
AT_ONCE = 200


class MailboxTrouble(Exception):
    """The mailbox cannot be read; the message is for a person."""


@dataclass(frozen=True)
class Folder:
    """As the server has it. A changed ``validity`` means that the UIDs of before say nothing any more."""

    box: BaseMailBox
    validity: int
    next_uid: int

    def after(self, uid: int) -> list[int]:
        return self._uids(f"UID {uid + 1}:*", after=uid)

    def since(self, day: date) -> list[int]:
        return self._uids(str(AND(date_gte=day)))

    def mails(self, uids: list[int]) -> Iterator[tuple[int, MailMessage]]:
        """One at a time, in order, marked in no way."""
        for uid in uids:
            for head in self.box.fetch(uid_list=str(uid), mark_seen=False, headers_only=True):
                small = head.size_rfc822 <= MAX_SIZE
                whole = self.box.fetch(uid_list=str(uid), mark_seen=False) if small else [head]
                yield from ((uid, mail) for mail in whole)

    def _uids(self, criteria: str, after: int = 0) -> list[int]:
        """“5:*” always has the last one, whatever its number."""
        found = sorted(int(uid) for uid in self.box.uids(criteria))
        return [uid for uid in found if uid > after][:AT_ONCE]


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Folder]:
    """Raises MailboxTrouble, also for what goes wrong within."""
    box = None
    try:
        box = _connect(mailbox)
        _log_in(box, mailbox)
        status = box.folder.status(mailbox.folder, ["UIDVALIDITY", "UIDNEXT"])
        yield Folder(box, status["UIDVALIDITY"], status["UIDNEXT"])
    except ssl.SSLError as error:
        raise MailboxTrouble(f"{mailbox.host} cannot be trusted: {error.reason or error}.") from error
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise MailboxTrouble(f"{mailbox.host}:{mailbox.port} cannot be reached: {reason}.") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise MailboxTrouble(f"The mail server broke off: {_said(error)}") from error
    finally:
        if box is not None:
            with suppress(Exception):  # it is over anyway
                box.logout()


def _connect(mailbox: Mailbox) -> BaseMailBox:
    make = MailBox if mailbox.security == Security.TLS else MailBoxStartTls
    return make(mailbox.host, mailbox.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())


def _log_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    try:
        password = mailbox.password
        log_in = box.login if (mailbox.user + password).isascii() else box.login_utf8
        log_in(mailbox.user, password, initial_folder=None)
    except SealBroken as error:
        raise MailboxTrouble(f"The password cannot be read. {error}") from error
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        raise MailboxTrouble(
            f"The mail server refuses the user name or the password: {_said(error)} Many providers want a password of "
            "its own for programs."
        ) from error
    try:
        box.folder.set(mailbox.folder, readonly=True)
    except MailboxFolderSelectError as error:
        names = ", ".join(folder.name for folder in box.folder.list()[:20])
        raise MailboxTrouble(f"There is no folder “{mailbox.folder}”. There are: {names}.") from error


def _said(error: Exception) -> str:
    """What the server answered, without the signs of the protocol."""
    result = getattr(error, "command_result", None)
    texts = result[1] if result and len(result) > 1 else [str(error)]
    said = " ".join(text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text) for text in texts)
    return " ".join(said.split())[:300].rstrip(".") + "."
