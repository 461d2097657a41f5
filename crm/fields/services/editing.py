"""A person corrects a record: its columns and its custom fields together."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from crm.fields.services.values import Values, write_values
from crm.people.models import User
from crm.web.models import Versioned
from crm.web.versions import write_fields

Record = TypeVar("Record", bound=Versioned)


@transaction.atomic
def edit_record(
    record: Record, *, version: int, fields: dict[str, Any], custom: Values | None, by: User | None, now: datetime
) -> Record:
    """Onto the row that still has ``version``. Raises StaleRecord."""
    locked = write_fields(record, version=version, **fields)
    if custom:
        write_values(record=locked, values=custom, by=by, now=now)
    return locked
