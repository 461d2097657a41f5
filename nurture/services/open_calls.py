"""Whatever is done with a call: its lead is locked first, and the call must still be open."""

from leads.models import Lead
from nurture.models import CallTask, CallTaskState
from nurture.services.locks import lock_live_lead


class CallRefused(Exception):
    """Nothing was stored; the message is for a person."""


def lock_open_call(task: CallTask) -> tuple[CallTask, Lead]:
    """Both fresh; the lead is the survivor where it was merged. Raises CallRefused."""
    lead = lock_live_lead(task.lead_id)
    task = CallTask.objects.select_related("touch__step", "touch__enrollment", "dialed_by").get(pk=task.pk)
    if task.state != CallTaskState.OPEN:
        raise CallRefused(f"This call is no longer open: it was {task.get_state_display().lower()} in the meantime.")
    return task, lead
