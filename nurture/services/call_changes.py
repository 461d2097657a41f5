"""What a rep does with a call other than making it: give it to a colleague, put it off, drop it."""

from datetime import datetime, timedelta

from django.db import transaction

from crm.people.models import User
from nurture.calendars import legal_hours_of
from nurture.models import CallChange, CallTask, CallTaskState
from nurture.services.open_calls import CallRefused, lock_open_call

AHEAD = timedelta(days=366)


@transaction.atomic
def give_call(*, task: CallTask, to: User, by: User, now: datetime, reason: str = "") -> CallTask:
    """From now on it is in the colleague's queue. Raises CallRefused."""
    task, _ = lock_open_call(task)
    if not (to.is_active and to.has_perm("nurture.make_call")):
        raise CallRefused(f"{to} makes no calls.")
    if task.assignee_id == to.pk:
        raise CallRefused(f"It is {to}'s already.")
    task.assignee, task.dialed_at, task.dialed_by = to, None, None
    task.save(update_fields=["assignee", "dialed_at", "dialed_by"])
    CallChange.objects.create(task=task, by=by, at=now, to=to, reason=reason.strip())
    return task


@transaction.atomic
def put_off_call(*, task: CallTask, until: datetime, reason: str, by: User, now: datetime) -> CallTask:
    """Due again at ``until``, or when calling is allowed next. It counts as no try. Raises CallRefused."""
    task, lead = lock_open_call(task)
    check_time_to_come(until, now=now)
    _check_reason(reason)
    task.due_at, task.promised_at = legal_hours_of(lead).next(until), None
    task.dialed_at = task.dialed_by = None
    task.save(update_fields=["due_at", "promised_at", "dialed_at", "dialed_by"])
    CallChange.objects.create(task=task, by=by, at=now, until=task.due_at, reason=reason.strip())
    return task


@transaction.atomic
def drop_call(*, task: CallTask, reason: str, by: User, now: datetime) -> CallTask:
    """It is not made. A call that a sequence waits for cannot be dropped: the enrollment is stopped instead. Raises
    CallRefused."""
    task, _ = lock_open_call(task)
    if task.touch_id:
        raise CallRefused("A sequence waits for this call: stop the sequence on the lead's page.")
    _check_reason(reason)
    task.state = CallTaskState.CANCELLED
    task.save(update_fields=["state"])
    CallChange.objects.create(task=task, by=by, at=now, reason=reason.strip())
    return task


def check_time_to_come(at: datetime | None, *, now: datetime) -> None:
    """Raises CallRefused where ``at`` is missing, past or more than a year ahead."""
    if at is None or not now < at <= now + AHEAD:
        raise CallRefused("Say when to call back: a time to come, within a year.")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise CallRefused("Say why.")
