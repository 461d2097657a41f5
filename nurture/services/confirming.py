"""Asks addresses whether they are the ones that inquired (double opt-in). It holds nothing that was typed."""

import logging
import uuid
from datetime import datetime, timedelta
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string

from crm.people.emails import domain_of, parse_email
from crm.people.models import Company
from leads.confirming import VALID, confirmation_url
from leads.models import EmailConfirmation
from nurture.mail.connection import drop_connection, open_connection
from nurture.models import Suppression, SuppressionKind

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
MAX_TRIES = 3  # a mail more to an address that asked for it does no harm; a fourth would


def send_confirmations(*, now: datetime, limit: int = 100) -> int:
    """Those that wait, each claimed first, so that two sweeps send one mail. Returns how many were sent."""
    waiting = list(_waiting(now).filter(tries__lt=MAX_TRIES).order_by("asked_at")[:limit])
    return sum(_send(confirmation, now) for confirmation in waiting)


def _waiting(now: datetime) -> QuerySet[EmailConfirmation]:
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)
    return EmailConfirmation.objects.filter(free, sent_at=None, confirmed_at=None, asked_at__gt=now - VALID)


def _send(confirmation: EmailConfirmation, now: datetime) -> bool:
    if Suppression.objects.filter(kind=SuppressionKind.EMAIL, key=confirmation.email_key).exists():
        EmailConfirmation.objects.filter(pk=confirmation.pk).update(tries=MAX_TRIES)
        return False
    if not _waiting(now).filter(pk=confirmation.pk).update(claimed_at=now, tries=F("tries") + 1):
        return False
    try:
        open_connection().send_messages([_mail(confirmation, now)])
    except Exception:  # the next try is after the lease
        drop_connection()
        logger.exception("confirmation %s cannot be sent", confirmation.pk)
        return False
    EmailConfirmation.objects.filter(pk=confirmation.pk).update(sent_at=now)
    return True


def _mail(confirmation: EmailConfirmation, now: datetime) -> EmailMessage:
    company, sender = Company.current(), settings.DEFAULT_FROM_EMAIL
    context = {"company": company, "url": confirmation_url(confirmation)}
    return EmailMessage(
        subject=f"Please confirm your e-mail address for {' '.join(company.name.split())}",
        body=render_to_string("nurture/confirmation.txt", context),
        from_email=sender,
        to=[parse_email(confirmation.email)],
        headers={
            "Message-ID": f"<{uuid.uuid5(confirmation.uuid, 'mail')}@{domain_of(sender)}>",
            "Date": format_datetime(now),
            "Auto-Submitted": "auto-generated",
        },
    )
