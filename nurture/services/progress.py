"""Enrollments go from step to step. Touches are unique by enrollment and step, so doing it twice adds nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from leads.models import Lead
from nurture.models import Enrollment, Touch
from nurture.services.exits import leave_if_over
from nurture.services.locks import lock_lead, lock_leads
from nurture.services.steps import Batch


@transaction.atomic
def advance(*, enrollments: Iterable[Enrollment], now: datetime) -> None:
    """Take the steps that are due, of all together: where one cannot go on, none does."""
    wanted = {enrollment.pk: enrollment.lead_id for enrollment in enrollments}
    leads = lock_leads(wanted.values())
    fresh = Enrollment.objects.active().filter(pk__in=wanted).select_related("sequence")
    take_steps(enrollments=fresh, leads=leads, now=now)


@transaction.atomic
def touch_is_over(*, touch: Touch, now: datetime, lead: Lead | None = None) -> None:
    """Go on after the touch; nothing if its enrollment has moved on before. ``lead`` is fresh and locked by the caller,
    where it is given."""
    lead = lead or lock_lead(touch.enrollment.lead_id)
    here = {"position": touch.step.position, "sequence": touch.step.sequence_id, "round": touch.round}
    waiting = Enrollment.objects.active().filter(pk=touch.enrollment_id, **here)
    enrollment = waiting.select_related("sequence").first()
    if enrollment:
        enrollment.position, enrollment.due_at = touch.step.position + 1, now
        take_steps(enrollments=[enrollment], leads={lead.pk: lead}, now=now)


def take_steps(*, enrollments: Iterable[Enrollment], leads: Mapping[int, Lead], now: datetime) -> None:
    """Active enrollments, as they are in the database or about to be; the caller has locked the leads."""
    staying = []
    for enrollment in enrollments:
        enrollment.lead = leads[enrollment.lead_id]
        if not leave_if_over(lead=enrollment.lead, now=now):
            staying.append(enrollment)
    if staying:
        Batch(staying, now).take_steps()
