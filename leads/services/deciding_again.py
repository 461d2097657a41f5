"""Time passes, and decisions with it: points fade, answers become too old, ages reach their bounds."""

from datetime import datetime

from django.db import transaction

from crm.web.holding import holding
from leads.models import Lead
from leads.models.lead import OPEN_STAGES
from leads.services.qualification import evaluate_lead

LIMIT = 500


def decide_again(*, now: datetime, limit: int = LIMIT) -> int:
    """Sweep: the leads whose time has come, the longest overdue first. Returns how many were looked at. None moves
    back: a lead with sales only gets the score; one that is disqualified or converted is left alone."""
    due = Lead.objects.live().filter(decide_again_at__lte=now).order_by("decide_again_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:limit])
    for lead_id in ids:
        _decide_again(lead_id, now)
    return len(ids)


@holding()
@transaction.atomic
def _decide_again(lead_id: int, now: datetime) -> None:
    lead = Lead.objects.lock_live(lead_id)
    if lead.decide_again_at is None or lead.decide_again_at > now:
        return
    Lead.objects.filter(pk=lead_id).update(decide_again_at=None)
    lead.decide_again_at = None
    if lead.stage in OPEN_STAGES:
        evaluate_lead(lead=lead, now=now, only_if_new=True)
