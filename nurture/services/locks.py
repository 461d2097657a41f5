"""The one lock of nurture is the lead's row: whatever sends, cancels, opts out or advances takes it first."""

from collections.abc import Iterable

from leads.models import Lead
from nurture.models import Enrollment


def lock_lead(lead_id: int) -> Lead:
    """Fresh from the database; held until the transaction ends. (On SQLite the transaction itself is the lock.)"""
    return Lead.objects.lock(lead_id)


def lock_live_lead(lead_id: int) -> Lead:
    """As ``lock_lead``, the lead or the one it was merged into."""
    return Lead.objects.lock_live(lead_id)


def lock_leads(ids: Iterable[int]) -> dict[int, Lead]:
    """Several, by their ids, locked in order of id: two who want some of the same cannot block each other."""
    return {lead.pk: lead for lead in Lead.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk")}


def lock_lead_of(touch_id: int) -> Lead | None:
    """The lead whom the touch is for; None where there is no such touch."""
    lead_id = Enrollment.objects.filter(touches=touch_id).values_list("lead", flat=True).first()
    return lock_lead(lead_id) if lead_id else None
