"""A rep picks up the phone: only in the hours in which calling is allowed, and one rep at a time."""

from datetime import datetime, timedelta

from django.db import transaction

from crm.people.calling import may_call
from crm.people.models import User
from leads.models import Lead
from nurture.models import CallTask
from nurture.reach import call_obstacle
from nurture.services.locks import lock_live_lead
from nurture.services.open_calls import CallRefused, lock_open_call

ON_THE_PHONE = timedelta(minutes=30)  # then whoever dialed has forgotten to say how it went


@transaction.atomic
def call_lead(*, lead: Lead, by: User, now: datetime) -> CallTask:
    """A call that no sequence asked for; the one that is open already, where there is one. Raises CallRefused."""
    lead = lock_live_lead(lead.pk)
    check_callable(lead, now=now)
    known = CallTask.objects.visible_to(by).open().filter(lead=lead).order_by("due_at", "pk").first()
    return known or CallTask.objects.create(lead=lead, assignee=by, due_at=now)


@transaction.atomic
def begin_call(*, task: CallTask, by: User, now: datetime) -> CallTask:
    """From now on the time counts, and an open call is the rep's. Raises CallRefused."""
    task, lead = lock_open_call(task)
    check_callable(lead, now=now)
    if task.dialed_by and task.dialed_at and task.dialed_by != by and now - task.dialed_at < ON_THE_PHONE:
        raise CallRefused(f"{task.dialed_by} is calling {lead} right now.")
    task.dialed_by, task.dialed_at, task.assignee_id = by, now, task.assignee_id or by.pk
    task.save(update_fields=["dialed_by", "dialed_at", "assignee"])
    return task


def check_callable(lead: Lead, *, now: datetime) -> None:
    """Raises CallRefused where there is no number, it must not be called, or not at this hour."""
    if call_obstacle(lead):
        raise CallRefused("This number must not be called." if lead.phone else "There is no phone number to call.")
    if not may_call(now, lead.zone):
        there = now.astimezone(lead.zone)
        raise CallRefused(f"It is {there:%H:%M} where {lead} is: call between 8:00 and 21:00 there.")
