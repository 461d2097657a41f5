"""Visits to named pages: kept without a name for a while, then told of the lead who sends a form from that browser."""

import re
from datetime import datetime, timedelta

from django.db import transaction

from leads.models import EngagementKind, Lead, NamedPage, PageVisit, Visitor
from leads.services.engagement import record_engagement

KEPT_FOR = timedelta(days=90)
MAX_VISITS = 100  # of one visitor that nobody knows; the oldest make room
SAME_VISIT = timedelta(minutes=30)
_KEY = re.compile(r"[0-9a-f]{32}")


@transaction.atomic
def record_visit(*, visitor: str, page: str, now: datetime) -> bool:
    """False for what is no visitor's number or no page that we count. The same page again within half an hour is the
    same visit."""
    named = NamedPage.objects.filter(key=page, active=True).first() if _KEY.fullmatch(visitor) else None
    if named is None:
        return False
    who, _ = Visitor.objects.get_or_create(key=visitor, defaults={"last_seen_at": now})
    who = Visitor.objects.select_for_update(of=("self",)).get(pk=who.pk)
    Visitor.objects.filter(pk=who.pk).update(last_seen_at=now)
    if who.lead_id:
        return _of_lead(who.lead_id, named.key, now)
    if not who.visits.filter(page=named, at__gt=now - SAME_VISIT).exists():
        PageVisit.objects.create(visitor=who, page=named, at=now)
        kept = who.visits.order_by("-at", "-pk").values("pk")[:MAX_VISITS]
        who.visits.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return True


def _of_lead(lead_id: int, page: str, now: datetime) -> bool:
    lead = Lead.objects.lock_live(lead_id)
    fresh = not lead.engagements.filter(kind=EngagementKind.VISIT, page=page, at__gt=now - SAME_VISIT).exists()
    if fresh:
        record_engagement(lead=lead, kind=EngagementKind.VISIT, page=page, now=now)
    return True


@transaction.atomic
def attach_visits(*, visitor: str, lead: Lead) -> int:
    """What the visitor saw before is the lead's from now on, and what they see later. Whoever sent a form from this
    browser first keeps it: two people may share one. Returns how many visits there were; the caller decides anew."""
    who = Visitor.objects.filter(key=visitor, lead=None).first() if _KEY.fullmatch(visitor) else None
    if who is None or not Visitor.objects.filter(pk=who.pk, lead=None).update(lead=lead):
        return 0
    visits = list(who.visits.select_related("page"))
    for visit in visits:
        record_engagement(lead=lead, kind=EngagementKind.VISIT, page=visit.page.key, now=visit.at, decide=False)
    who.visits.all().delete()
    return len(visits)


def forget_visitors(*, now: datetime) -> int:
    """Browsers that nobody has a name for and that did not come back."""
    return Visitor.objects.filter(lead=None, last_seen_at__lt=now - KEPT_FOR).delete()[0]
