"""Who is enrolled: unqualified leads that no sequence works on, found by a query.

Leads that asked in the last days are looked at in every sweep; all others by turns, so many a sweep, because what lets
a sequence take them (a new version, the time to go through it again, a lead that sales gave back) may come at any time.
So a sweep costs the same however many leads there are.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from leads.models import Lead
from nurture.models import Enrollment, Sequence, SequenceStatus, SweepCursor
from nurture.queries import TIME_TO_CONFIRM, leads_to_enroll
from nurture.services.holdout import hold_out
from nurture.services.locks import lock_leads
from nurture.services.progress import take_steps
from nurture.services.together import together

BY_TURNS = 10_000  # leads a sweep
RECENT = TIME_TO_CONFIRM + timedelta(days=1)
CURSOR = "enroll"


def enroll_waiting(*, now: datetime, limit: int = 500, by_turns: int = BY_TURNS) -> int:
    """Sweep: the published sequence with the highest priority that fits a lead enrolls it. Returns how many. One lead
    that cannot be enrolled does not hold up the others."""
    cursor, _ = SweepCursor.objects.get_or_create(name=CURSOR)
    turn = Lead.objects.filter(pk__gt=cursor.lead_id).order_by("pk")
    last = turn.values_list("pk", flat=True)[by_turns - 1 : by_turns].first()
    enrolled = 0
    if last or cursor.lead_id:
        enrolled = _enroll_among(Q(last_inquiry_at__gte=now - RECENT), now=now, limit=limit)
    among = Q(pk__gt=cursor.lead_id) & (Q(pk__lte=last) if last else Q())
    enrolled += _enroll_among(among, now=now, limit=limit - enrolled)
    if enrolled < limit and (last or 0) != cursor.lead_id:
        SweepCursor.objects.filter(pk=cursor.pk, lead_id=cursor.lead_id).update(lead_id=last or 0)
    return enrolled


def _enroll_among(among: Q, *, now: datetime, limit: int) -> int:
    enrolled = 0
    for sequence in published():
        waiting = leads_to_enroll(sequence, now=now).filter(among).values_list("pk", flat=True)[: limit - enrolled]
        into = partial(_enroll, sequence=sequence, now=now)
        enrolled += sum(len(done) for done in together(list(waiting), into, "lead %s cannot be enrolled"))
    return enrolled


def published() -> QuerySet[Sequence]:
    """In the order in which they take leads."""
    found = Sequence.objects.filter(status=SequenceStatus.PUBLISHED)
    return found.order_by("-priority", "key").prefetch_related("conditions")


def enroll(*, lead: Lead, sequence: Sequence, now: datetime) -> Enrollment | None:
    """Into the sequence's first step; None if meanwhile the lead is no longer waiting for it, or was held out."""
    return next(iter(_enroll([lead.pk], sequence=sequence, now=now)), None)


@transaction.atomic
def _enroll(ids: list[int], *, sequence: Sequence, now: datetime) -> list[Enrollment]:
    leads = lock_leads(ids)
    waiting = list(leads_to_enroll(sequence, now=now).filter(pk__in=ids).values_list("pk", flat=True))
    times = _times(waiting, sequence)
    held_out = hold_out(lead_ids=[pk for pk in waiting if pk not in times], sequence=sequence, now=now)
    enrollments = Enrollment.objects.bulk_create(
        Enrollment(lead=leads[pk], sequence=sequence, number=times.get(pk, 0) + 1, enrolled_at=now, due_at=now)
        for pk in waiting
        if pk not in held_out
    )
    take_steps(enrollments=enrollments, leads=leads, now=now)
    return enrollments


def _times(ids: Iterable[int], sequence: Sequence) -> dict[int, int]:
    """How often these leads went through the sequence, in whatever version, by their id; those who did."""
    if sequence.enroll_again_after_days is None:
        return {}
    own = Q(lead__in=ids) | Q(lead__merged_into__in=ids)
    rows = Enrollment.objects.filter(own, sequence__key=sequence.key).order_by()
    survivor = Coalesce(F("lead__merged_into"), F("lead"))
    return dict(rows.values_list(survivor).annotate(Max("number")))
