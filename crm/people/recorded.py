"""What people write down of others: by whom, when, changed by whom, and taken out again without being deleted."""

from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models, transaction

from crm.people.models import User
from crm.web.models import Versioned
from crm.web.versions import lock_version

Row = TypeVar("Row", bound="Recorded")


class RecordedQuerySet(models.QuerySet[Any]):
    def kept(self) -> Self:
        """Without what was taken out."""
        return self.filter(removed_at=None)


class Recorded(Versioned):
    """``by``: who said so first. ``removed_at``: no longer shown, still there."""

    by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    at = models.DateTimeField(editable=False)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    changed_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


@transaction.atomic
def rewrite(row: Row, *, version: int, by: User | None, now: datetime, **fields: Any) -> Row:
    """``fields`` onto the row that still has ``version``, and who did it when. Raises StaleRecord."""
    locked = lock_version(row, version=version)
    for name, value in (fields | {"changed_by": by, "changed_at": now}).items():
        setattr(locked, name, value)
    locked.version += 1
    locked.save()
    return locked
