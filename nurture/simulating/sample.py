"""Whom a dry run takes: those that the sequence would enroll now."""

from datetime import datetime

from leads.models import Lead
from nurture.models import Sequence
from nurture.queries import leads_to_enroll


def leads_to_try(sequence: Sequence, *, count: int, now: datetime) -> list[Lead]:
    """Those who would come first; where too few wait, other recent unqualified ones besides, so that a draft can be
    tried before anybody fits it."""
    related = ("owner", "source", "campaign")
    waiting = list(leads_to_enroll(sequence, now=now).select_related(*related)[:count])
    if len(waiting) == count:
        return waiting
    others = Lead.objects.unqualified().exclude(pk__in=[lead.pk for lead in waiting])
    return waiting + list(others.select_related(*related).order_by("-last_inquiry_at", "pk")[: count - len(waiting)])
