"""Mails to managers about leads that were not accepted in time: one for each manager and sweep, not for each lead."""

from datetime import datetime
from itertools import groupby

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from crm.people.models import User
from leads.models import Escalation, Stage

AT_ONCE = 500
log = structlog.get_logger(__name__)


def mail_escalations(*, now: datetime) -> int:
    """Mails that were sent. A row is claimed before its mail is sent: a crash in between costs the mail, and Today
    still shows the lead; a mail server that refuses gets the mail again with the next sweep."""
    sent = 0
    claimed = [row for row in _waiting() if Escalation.objects.filter(pk=row.pk, mailed_at=None).update(mailed_at=now)]
    for manager, rows in groupby(claimed, key=lambda row: row.manager):
        sent += _mail(manager, list(rows))
    return sent


def _waiting() -> list[Escalation]:
    rows = Escalation.objects.filter(mailed_at=None).select_related("manager", "lead__owner")
    return list(rows.order_by("manager", "at", "pk")[:AT_ONCE])


def _mail(manager: User | None, rows: list[Escalation]) -> bool:
    still_waiting = [row for row in rows if row.lead.stage == Stage.MQL and row.lead.accept_by == row.deadline]
    if manager is None or not manager.is_active or not still_waiting:
        return False
    count = len(still_waiting)
    subject = "A lead was not accepted in time" if count == 1 else f"{count} leads were not accepted in time"
    context = {"manager": manager, "escalations": still_waiting, "base_url": settings.BASE_URL}
    try:
        send_mail(subject, render_to_string("leads/mail/escalated.txt", context), None, [manager.email])
    except OSError as error:  # smtplib's errors are among them
        Escalation.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=None)
        log.warning("escalation_not_mailed", manager=manager.pk, error=str(error))
        return False
    return True
