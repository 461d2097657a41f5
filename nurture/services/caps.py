"""How much a person, a mailbox, a domain may get: what is over it is planned later."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from crm.people.emails import name_and_address
from leads.models import Lead
from nurture.mail.senders import sender_of
from nurture.models import SendingLimits, Touch, TouchKind, TouchState
from nurture.services.outcomes import JITTER
from nurture.throttle import counting
from nurture.throttle.rules import rules_for

WEEK = timedelta(days=7)
PERSON = ("enrollment__lead", "enrollment__lead__merged_into")
SPREAD = timedelta(hours=1)  # thousands that wait for one mailbox do not all come back at once


def mailbox_and_domain(touch: Touch) -> dict[str, str]:
    """What is counted of a touch: where its mail comes from and goes to."""
    lead = touch.enrollment.lead
    mailbox = name_and_address(sender_of(touch.enrollment.sequence, lead))[1].lower()
    return {"mailbox": mailbox, "domain": lead.email.rpartition("@")[2].lower()}


def crowded(lead_ids: Collection[int], limits: SendingLimits, *, now: datetime) -> set[int]:
    """Those who had so many mails in the last week, or have them on their way, that ``person_free_at`` has to be asked.
    A lead is also whoever was merged into it."""
    mails: Counter[int] = Counter()
    counts = Q(send_started_at__gt=now - WEEK) | Q(state__in=[TouchState.PLANNED, TouchState.CLAIMED])
    for path in PERSON if limits.person_week else ():
        theirs = _mails().filter(counts, **{f"{path}__in": lead_ids})
        mails.update(dict(theirs.values_list(path).annotate(Count("pk"))))
    return {pk for pk, many in mails.items() if many > (limits.person_week or 0)}


def person_free_at(lead: Lead, limits: SendingLimits, *, now: datetime) -> datetime | None:
    """When they may get the next mail, None for now. The lead is locked."""
    most = limits.person_week
    if not most:
        return None
    times: list[Any] = []
    for path in PERSON:
        begun = _mails().filter(send_started_at__gt=now - WEEK, **{path: lead}).order_by("-send_started_at")
        times += begun.values_list("send_started_at", flat=True)[:most]
    full = sorted(times, reverse=True)[most - 1 : most]
    return full[0] + WEEK if full else None


def _mails() -> QuerySet[Touch]:
    return Touch.objects.filter(kind=TouchKind.EMAIL).order_by()


def is_counted(touch: Touch, limits: SendingLimits) -> bool:
    """Whether its mailbox or domain has a limit."""
    return bool(rules_for(limits, **mailbox_and_domain(touch)))


def sender_free_at(touch: Touch, limits: SendingLimits, *, now: datetime, alone: bool) -> datetime | None:
    """When the mailbox may send it to the domain, None for now: then it has been counted. Raises as
    ``counting.count``."""
    rules = rules_for(limits, **mailbox_and_domain(touch))
    free_at = counting.count(rules, touch=touch.uuid, now=now, alone=alone) if rules else None
    return free_at + JITTER.random() * SPREAD if free_at else None
