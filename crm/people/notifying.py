"""Telling users, and mailing them what they were told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from crm.people.models import Notice, User
from crm.web.writing import insert

AT_ONCE = 500
# What is older was seen in Ripen, or lay there while nothing was sent: by then a mail only confuses.
WORTH_A_MAIL = timedelta(days=1)
log = structlog.get_logger(__name__)


def notify(*, users: Iterable[User], kind: str, key: str, title: str, url: str, now: datetime, body: str = "") -> None:
    """Once for each user and ``key``, in the caller's transaction: who reads of it can see what it is about. ``url`` is
    a path. Who has left is told nothing."""
    said = {"kind": kind, "key": key, "title": _line(title, 250), "body": _line(body, 500), "url": url, "at": now}
    told = [Notice(user=user, by_mail=user.notices_by_mail, **said) for user in users if user.is_active]
    insert(told, unless="told_once")


def read_notices(*, user: User, now: datetime, pk: int | None = None) -> int:
    """One, or all that the user has not read. Returns how many that were."""
    unread = Notice.objects.unread().filter(user=user)
    return (unread if pk is None else unread.filter(pk=pk)).update(read_at=now)


def want_notices_by_mail(*, user: User, wanted: bool) -> None:
    """From now on; what waits to be mailed follows the wish."""
    User.objects.filter(pk=user.pk).update(notices_by_mail=wanted)
    if not wanted:
        Notice.objects.to_mail().filter(user=user).update(by_mail=False)


def mail_notices(*, now: datetime) -> int:
    """One mail to each user who has something new. A row is claimed before its mail is sent: a crash in between costs
    the mail, never doubles it, and the bell still shows it; a mail server that refuses gets it again with the next
    sweep. Returns how many mails went out."""
    waiting = Notice.objects.to_mail().filter(at__gt=now - WORTH_A_MAIL, at__lte=now, read_at=None)
    rows = waiting.select_related("user").order_by("user", "at", "pk")[:AT_ONCE]
    mine = [row for row in rows if Notice.objects.to_mail().filter(pk=row.pk).update(mailed_at=now)]
    return sum(_mail(user, list(told), now) for user, told in groupby(mine, key=lambda row: row.user))


def _mail(user: User, told: list[Notice], now: datetime) -> bool:
    if not user.is_active:
        return False
    subject = told[0].title if len(told) == 1 else f"{len(told)} things to look at in Ripen"
    context = {"user": user, "notices": told, "base_url": settings.BASE_URL}
    message = EmailMessage(
        subject=_line(subject, 250),
        body=render_to_string("people/mail/notices.txt", context),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except OSError as error:  # smtplib's errors are among them
        Notice.objects.filter(pk__in=[row.pk for row in told]).update(mailed_at=None)
        log.warning("notices_not_mailed", user=user.pk, error=str(error))
        return False
    return True


def _line(text: str, length: int) -> str:
    """One line, cut: names and subjects that others wrote are in it, and it becomes a subject."""
    return " ".join(text.split())[:length]
