"""What a person decides about touches that went wrong."""

from datetime import datetime

from django.db import transaction

from leads.services.marks import mark_touched
from nurture.models import EnrollmentState, Touch, TouchKind, TouchState
from nurture.services.locks import lock_lead
from nurture.services.progress import touch_is_over


class RepairRefused(Exception):
    """The touch is no longer what the person saw; the message is for them."""


@transaction.atomic
def resolve_unknown(*, touch: Touch, sent: bool, now: datetime) -> Touch:
    """Somebody found out (the mail server's log, the recipient) whether it was sent. Not sent: it is failed, and can be
    sent again by ``send_again``."""
    lead = lock_lead(touch.enrollment.lead_id)
    at = touch.send_started_at or now
    found: dict[str, object] = {"state": TouchState.SENT, "sent_at": at} if sent else {"state": TouchState.FAILED}
    _change(touch, TouchState.UNKNOWN, found)
    if sent:
        mark_touched(lead=lead, now=at)
    return touch


@transaction.atomic
def send_again(*, touch: Touch, now: datetime) -> Touch:
    """A failed mail is planned again, as long as its enrollment is active."""
    lock_lead(touch.enrollment.lead_id)
    touch.enrollment.refresh_from_db()
    if touch.kind != TouchKind.EMAIL or touch.enrollment.state != EnrollmentState.ACTIVE:
        raise RepairRefused("Only an e-mail of a lead that is still in the sequence can be sent again.")
    again = {"state": TouchState.PLANNED, "due_at": now, "attempts": 0, "send_started_at": None, "token": None}
    _change(touch, TouchState.FAILED, again | {"lease_until": None})
    return touch


@transaction.atomic
def plan_now(*, touch: Touch, now: datetime) -> Touch:
    """A mail that waits to be tried again, or for a limit, is due now. Windows and limits hold as ever."""
    lock_lead(touch.enrollment.lead_id)
    _only_mail(touch)
    _change(touch, TouchState.PLANNED, {"due_at": now})
    return touch


@transaction.atomic
def cancel(*, touch: Touch, now: datetime) -> Touch:
    """A planned or failed mail is not sent any more; its enrollment goes on with the next step."""
    lead = lock_lead(touch.enrollment.lead_id)
    _only_mail(touch)
    failed = touch.state == TouchState.FAILED
    _change(touch, TouchState.FAILED if failed else TouchState.PLANNED, {"state": TouchState.CANCELLED})
    touch_is_over(touch=touch, now=now, lead=lead)
    return touch


def _only_mail(touch: Touch) -> None:
    if touch.kind != TouchKind.EMAIL:
        raise RepairRefused("A call is put off or given to somebody else on its own page.")


def _change(touch: Touch, state: str, changes: dict[str, object]) -> None:
    if not Touch.objects.filter(pk=touch.pk, state=state).update(**changes):
        touch.refresh_from_db()
        raise RepairRefused(f"This touch is {touch.get_state_display().lower()} by now.")
    touch.refresh_from_db()
