"""Who is enrolled: unqualified leads that no sequence works on, found by a query."""

from datetime import datetime
from functools import partial

from django.db import transaction

from leads.models import Lead
from nurture.models import Enrollment, Sequence, SequenceStatus
from nurture.queries import leads_to_enroll
from nurture.services.locks import lock_leads
from nurture.services.progress import take_steps
from nurture.services.together import together


def enroll_waiting(*, now: datetime, limit: int = 500) -> int:
    """Sweep: the published sequence with the highest priority that fits a lead enrolls it. Returns how many. One lead
    that cannot be enrolled does not hold up the others."""
    enrolled = 0
    for sequence in Sequence.objects.filter(status=SequenceStatus.PUBLISHED).order_by("-priority", "key"):
        waiting = leads_to_enroll(sequence, now=now).values_list("pk", flat=True)[: limit - enrolled]
        into = partial(_enroll, sequence=sequence, now=now)
        enrolled += sum(len(done) for done in together(list(waiting), into, "lead %s cannot be enrolled"))
    return enrolled


def enroll(*, lead: Lead, sequence: Sequence, now: datetime) -> Enrollment | None:
    """Into the sequence's first step; None if meanwhile the lead is no longer waiting for it."""
    return next(iter(_enroll([lead.pk], sequence=sequence, now=now)), None)


@transaction.atomic
def _enroll(ids: list[int], *, sequence: Sequence, now: datetime) -> list[Enrollment]:
    leads = lock_leads(ids)
    waiting = leads_to_enroll(sequence, now=now).filter(pk__in=ids).values_list("pk", flat=True)
    enrollments = Enrollment.objects.bulk_create(
        Enrollment(lead=leads[pk], sequence=sequence, enrolled_at=now, due_at=now) for pk in waiting
    )
    take_steps(enrollments=enrollments, leads=leads, now=now)
    return enrollments
