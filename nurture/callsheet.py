"""What a rep has in front of them while calling."""

from datetime import datetime
from typing import Any

from crm.people.calling import may_call
from crm.people.models import Company, User
from nurture.mail.tags import values_for
from nurture.mail.templates import TemplateRefused, render
from nurture.models import CallOutcome, CallTask, CallTaskState, SuppressionKind
from nurture.reach import Suppressed, call_obstacle

# The button of the good outcome comes first.
OUTCOMES = [(outcome.value, outcome.label) for outcome in CallOutcome]


def call_sheet(task: Any, *, user: User, now: datetime) -> dict[str, Any]:
    """``task`` as the view's ``callable_task`` reads it."""
    return {
        "task": task,
        "lead": task.lead,
        "is_open": task.state == CallTaskState.OPEN,
        "script": _script(task, user),
        "attempts": task.attempts.select_related("by") if task.was_tried else (),
        "changes": task.changes.select_related("by", "to") if task.was_moved else (),
        "outcomes": OUTCOMES,
        **how_to_reach(task, user=user, now=now, suppressed=_suppressed(task)),
    }


def how_to_reach(task: CallTask, *, user: User, now: datetime, suppressed: Suppressed | None = None) -> dict[str, Any]:
    lead = task.lead
    obstacle = call_obstacle(lead, suppressed)
    return {
        "may_call": not obstacle and may_call(now, lead.zone),
        "do_not_call": bool(obstacle),
        "on_the_phone": task.dialed_at is not None and task.dialed_by == user,
    }


def _suppressed(task: Any) -> Suppressed | None:
    """What was read along with the call; None where it is another lead's now."""
    if task.suppressed is None:
        return None
    return {(SuppressionKind.PHONE.value, task.lead.phone)} if task.suppressed else ()


def _script(task: CallTask, user: User) -> str:
    if not task.script:
        return ""
    values = values_for(task.lead, sender=str(user), company=Company.current()) | {"sender_name": str(user)}
    try:
        return render(task.script, values)
    except TemplateRefused:
        return task.script
