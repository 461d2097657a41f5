"""Custom fields of two records side by side, before they are merged."""

from collections.abc import Iterator
from typing import Any

from crm.fields.definitions import Definition, definitions, kind_of
from crm.fields.services.values import values_of
from crm.fields.values import display
from crm.people.merge_views import Line
from crm.people.models import User


def lines(survivor: Any, duplicate: Any, user: User) -> Iterator[Line]:
    """What the user may see, without what both leave empty."""
    found = definitions(str(kind_of(survivor)), user=user)
    known = values_of(type(survivor), [survivor.pk, duplicate.pk], found)
    for field in found:
        kept, given_up = (_shown(field, known.get(record.pk, {})) for record in (survivor, duplicate))
        if kept or given_up:
            yield Line(field.label, kept, given_up, kept or given_up, filled=not kept)


def _shown(field: Definition, known: dict[Definition, Any]) -> str:
    return display(field, known[field]) if field in known else ""
