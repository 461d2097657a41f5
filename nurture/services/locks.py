"""The one lock of nurture is the lead's row: whatever sends, cancels, opts out or advances takes it first."""

from leads.models import Lead


def lock_lead(lead_id: int) -> Lead:
    """Fresh from the database; held until the transaction ends. (On SQLite the transaction itself is the lock.)"""
    return Lead.objects.select_for_update().get(pk=lead_id)
