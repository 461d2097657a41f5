"""What a rep has in front of them while calling."""

from datetime import datetime
from typing import Any

from crm.people.calling import may_call
from crm.people.models import Company, User
from nurture.mail.tags import values_for
from nurture.mail.templates import TemplateRefused, render
from nurture.models import CallOutcome, CallTask, CallTaskState
from nurture.reach import call_obstacle

# The button of the good outcome comes first.
OUTCOMES = [(outcome.value, outcome.label) for outcome in CallOutcome]


def call_sheet(task: CallTask, *, user: User, now: datetime) -> dict[str, Any]:
    lead = task.lead
    return {
        "task": task,
        "lead": lead,
        "is_open": task.state == CallTaskState.OPEN,
        "script": _script(task, user),
        "attempts": task.attempts.select_related("by"),
        "changes": task.changes.select_related("by", "to"),
        "outcomes": OUTCOMES,
        **how_to_reach(task, user=user, now=now),
    }


def how_to_reach(task: CallTask, *, user: User, now: datetime) -> dict[str, Any]:
    lead = task.lead
    obstacle = call_obstacle(lead)
    return {
        "may_call": not obstacle and may_call(now, lead.zone),
        "do_not_call": bool(obstacle),
        "on_the_phone": task.dialed_at is not None and task.dialed_by == user,
    }


def _script(task: CallTask, user: User) -> str:
    values = values_for(task.lead, sender=str(user), company=Company.current()) | {"sender_name": str(user)}
    try:
        return render(task.script, values)
    except TemplateRefused:
        return task.script
