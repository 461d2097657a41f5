"""Whom to call next: the most valuable of the calls that are due, among those who may be called at this hour."""

from datetime import datetime

from crm.people.calling import may_call
from crm.people.models import User
from nurture.models import CallTask

LOOKED_AT = 50  # of the most valuable ones; in which zone each lead is cannot be asked of the database


def next_call(user: User, *, now: datetime, after: CallTask | None = None) -> CallTask | None:
    """Calls that nobody has yet come with the rep's own; ``after`` is the one just made."""
    due = CallTask.objects.visible_to(user).due(now)
    if after:
        due = due.exclude(pk=after.pk)
    if user.is_manager:
        due = due.filter(assignee=user)
    found = due.most_valuable_first(now).select_related("lead")[:LOOKED_AT]
    return next((task for task in found if may_call(now, task.lead.zone)), None)
