"""Who is enrolled: unqualified leads that no sequence works on, found by a query."""

from datetime import datetime

from django.db import transaction

from leads.models import Lead
from nurture.models import Enrollment, Sequence, SequenceStatus
from nurture.queries import leads_to_enroll
from nurture.services.locks import lock_lead
from nurture.services.progress import advance


def enroll_waiting(*, now: datetime, limit: int = 500) -> int:
    """Sweep: the published sequence with the highest priority that fits a lead enrolls it. Returns how many."""
    enrolled = 0
    for sequence in Sequence.objects.filter(status=SequenceStatus.PUBLISHED).order_by("-priority", "key"):
        waiting = list(leads_to_enroll(sequence, now=now)[: limit - enrolled])
        enrolled += sum(enroll(lead=lead, sequence=sequence, now=now) is not None for lead in waiting)
    return enrolled


@transaction.atomic
def enroll(*, lead: Lead, sequence: Sequence, now: datetime) -> Enrollment | None:
    """Into the sequence's first step; None if meanwhile the lead is no longer waiting for it."""
    lead = lock_lead(lead.pk)
    if not leads_to_enroll(sequence, now=now).filter(pk=lead.pk).exists():
        return None
    enrollment = Enrollment.objects.create(lead=lead, sequence=sequence, enrolled_at=now, due_at=now)
    return advance(enrollment=enrollment, now=now, lead=lead)
