"""Reads mailboxes. Each mail is taken in together with its number, in one transaction: whatever is killed in between,
none is lost and none counts twice. Two workers never read one mailbox at once (lease and token); one that comes back
late can do nothing any more.
"""

import logging
import uuid
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from imap_tools import MailMessage

from crm.people.models import NoticeKind, Role, User
from crm.people.notifying import notify
from nurture.inbound.imap import Folder, MailboxTrouble, opened
from nurture.inbound.letter import Letter
from nurture.inbound.receiving import receive
from nurture.models import InboundKind, InboundMail, Mailbox

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
# How old mails may be that are there when a mailbox is read for the first time, or has been numbered anew.
FIRST_DAYS = timedelta(days=7)
# A server that restarts is no reason to tell anybody.
PATIENCE = timedelta(minutes=10)


class LeaseLost(Exception):
    """Somebody else reads the mailbox by now."""


def poll_all(*, now: datetime) -> int:
    """Returns how many mails were taken in."""
    return sum(poll(mailbox=mailbox, now=now) for mailbox in Mailbox.objects.free(now))


def poll(*, mailbox: Mailbox, now: datetime) -> int:
    """What is wrong is kept on the mailbox. 0 also where somebody else reads it."""
    token = uuid.uuid4()
    if not Mailbox.objects.free(now).filter(pk=mailbox.pk).update(token=token, lease_until=now + LEASE):
        return 0
    mailbox.refresh_from_db()
    taken = 0
    try:
        with opened(mailbox) as folder:
            for uid, mail in folder.mails(_to_read(mailbox, folder, now)):
                taken += _take(mailbox, uid, mail, now)
    except MailboxTrouble as trouble:
        _failed(mailbox, str(trouble), now)
    except LeaseLost:
        logger.warning("mailbox %s is read by somebody else", mailbox.pk)
    else:
        _mine(mailbox).update(token=None, lease_until=None, checked_at=now, error="", failing_since=None)
    return taken


def _to_read(mailbox: Mailbox, folder: Folder, now: datetime) -> list[int]:
    if mailbox.last_uid is not None and mailbox.uid_validity == folder.validity:
        return folder.after(mailbox.last_uid)
    uids = folder.since((now - FIRST_DAYS).date())
    mailbox.uid_validity, mailbox.last_uid = folder.validity, (uids[0] if uids else folder.next_uid) - 1
    numbers = {"uid_validity": mailbox.uid_validity, "last_uid": mailbox.last_uid}
    if not _mine(mailbox).update(**numbers):
        raise LeaseLost
    return uids


@transaction.atomic
def _take(mailbox: Mailbox, uid: int, mail: MailMessage, now: datetime) -> bool:
    if not _mine(mailbox).filter(last_uid__lt=uid).update(last_uid=uid):
        raise LeaseLost
    try:
        with transaction.atomic():
            return receive(Letter(mail.obj), source=mailbox.name, mailbox=mailbox, now=now) is not None
    except (OperationalError, InterfaceError):  # the database's fault: the mail is read again
        raise
    except Exception as error:
        logger.exception("mailbox %s: mail %s cannot be taken in", mailbox.pk, uid)
        _keep_unreadable(mailbox, uid, error, now)
        return True


def _keep_unreadable(mailbox: Mailbox, uid: int, error: Exception, now: datetime) -> None:
    """It must not hold up those behind it; somebody finds it in the mailbox."""
    digest = sha256(f"{mailbox.pk}:{mailbox.uid_validity}:{uid}".encode()).hexdigest()
    InboundMail.objects.get_or_create(
        digest=digest,
        defaults={
            "kind": InboundKind.UNREADABLE,
            "mailbox": mailbox,
            "source": mailbox.name,
            "subject": f"Mail {uid} in {mailbox.folder}",
            "error": f"{type(error).__name__}: {error}"[:1_000].replace("\x00", ""),
            "received_at": now,
        },
    )


def _failed(mailbox: Mailbox, error: str, now: datetime) -> None:
    since = mailbox.failing_since or now
    _mine(mailbox).update(token=None, lease_until=None, error=error, failing_since=since)
    if now - since >= PATIENCE:
        notify(
            users=User.objects.filter(role=Role.MARKETING_MANAGER, is_active=True),
            kind=NoticeKind.TROUBLE,
            key=f"mailbox:{mailbox.pk}:{since.isoformat()}",
            title=f"The mailbox “{mailbox}” cannot be read",
            body=error,
            url=reverse("admin:nurture_mailbox_change", args=[mailbox.pk]),
            now=now,
        )


def _mine(mailbox: Mailbox) -> QuerySet[Mailbox]:
    return Mailbox.objects.filter(pk=mailbox.pk, token=mailbox.token)
