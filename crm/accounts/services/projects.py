"""Verbs on identified projects."""

from datetime import datetime
from typing import Any

from crm.accounts.models import Account, IdentifiedProject
from crm.people.models import User
from crm.people.recorded import rewrite


def add_project(
    *, account: Account | None, fields: dict[str, Any], by: User | None, now: datetime
) -> IdentifiedProject:
    return IdentifiedProject.objects.create(account=account, by=by, at=now, **fields)


def edit_project(
    *, project: IdentifiedProject, version: int, fields: dict[str, Any], by: User, now: datetime
) -> IdentifiedProject:
    """Raises StaleRecord."""
    return rewrite(project, version=version, by=by, now=now, **fields)


def remove_project(*, project: IdentifiedProject, by: User, now: datetime) -> IdentifiedProject:
    """It is no longer shown. Raises StaleRecord."""
    return rewrite(project, version=project.version, by=by, now=now, removed_at=now)
