"""Verbs on activities."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from activities.models import ABOUT, Activity, ActivityKind
from crm.people.models import User
from crm.web.versions import lock_version, write_fields

FIELDS: dict[type, str] = {model: name for name, model in ABOUT.items()}


def log_activity(
    *,
    about: Model,
    kind: str,
    body: str,
    by: User,
    now: datetime,
    at: datetime | None = None,
    minutes: int | None = None,
) -> Activity:
    """A note, call, e-mail or meeting that took place ``at``, else now. ``body`` is kept as written, but for blanks
    around it."""
    about_it: dict[str, Any] = {FIELDS[type(about)]: about}
    return Activity.objects.create(kind=kind, body=body.strip(), by=by, at=at or now, minutes=minutes, **about_it)


def add_note(*, about: Model, body: str, by: User, now: datetime) -> Activity:
    return log_activity(about=about, kind=ActivityKind.NOTE, body=body, by=by, now=now)


def add_task(
    *, about: Model, body: str, by: User, now: datetime, due_on: date | None, remind_on: date | None = None, owner: User
) -> Activity:
    """Something ``owner`` has to do; it is on their Today from ``remind_on``, at the latest on the day it is due."""
    about_it: dict[str, Any] = {FIELDS[type(about)]: about}
    return Activity.objects.create(
        kind=ActivityKind.TASK,
        body=body.strip(),
        by=by,
        at=now,
        due_on=due_on,
        remind_on=remind_on,
        owner=owner,
        **about_it,
    )


def edit_activity(*, activity: Activity, version: int, fields: dict[str, Any], by: User) -> Activity:
    """Own ones only. Raises StaleRecord, and PermissionDenied."""
    if not may_change(activity, by):
        raise PermissionDenied
    return write_fields(activity, version=version, **fields)


@transaction.atomic
def complete_task(*, activity: Activity, version: int, done: bool, by: User, now: datetime) -> Activity:
    """Or open again. Doing it twice changes nothing. Raises StaleRecord, and PermissionDenied."""
    if activity.kind != ActivityKind.TASK or not may_change(activity, by):
        raise PermissionDenied
    locked = lock_version(activity, version=version)
    if bool(locked.done_at) == done:
        return locked
    return write_fields(locked, version=version, done_at=now if done else None)


def may_change(activity: Activity, user: User) -> bool:
    """Who wrote it, and who has to do it."""
    return user.pk in (activity.by_id, activity.owner_id)
