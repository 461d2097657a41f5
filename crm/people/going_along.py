"""What goes along when a record is handed over: of an account its contacts and its open opportunities.

The room above says what (``goes_along``). Only what belongs to the same owner goes, and only if a person asked for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils.text import get_text_list

from crm.people.models import User
from crm.web.slots import Slot

# provider(model) -> Iterable[Along]: beside a record of that kind, locked in this order
goes_along = Slot()


@dataclass(frozen=True)
class Along:
    """``of``: those of a record, whoever owns them. ``one``, ``many``: what they are called."""

    name: str
    one: str
    many: str
    of: Callable[[Any], QuerySet[Any]]

    def of_owner(self, record: Any, owner: int | None) -> QuerySet[Any]:
        return self.of(record).filter(owner=owner)

    def counted(self, count: int) -> str:
        return f"{count} {self.one if count == 1 else self.many}"


def take_along(
    record: Any, chosen: Sequence[Along], *, before: int | None, by: User | None, now: datetime, note: str
) -> dict[Along, int]:
    """To the owner that ``record`` has now, what was owned by ``before``. Locks it. Returns how many of each."""
    note = ". ".join(part for part in (f"With {record}", note.strip()) if part)
    return {along: _take(record, along.of_owner(record, before), before, by, now, note) for along in chosen}


def _take(record: Any, found: QuerySet[Any], before: int | None, by: User | None, now: datetime, note: str) -> int:
    rows = list(found.select_for_update(of=("self",)).order_by("pk"))
    team = {"team": record.team} if record.owner_id else {}
    model, pks = found.model, [row.pk for row in rows]
    model._default_manager.filter(pk__in=pks).update(owner=record.owner_id, version=F("version") + 1, **team)
    changes = model._meta.get_field("owner_changes").related_model
    said = {"before_id": before, "after_id": record.owner_id, "by": by, "at": now, "note": note[:200]}
    changes.objects.bulk_create([changes(record=row, **said) for row in rows])
    return len(rows)


def in_words(counts: dict[Along, int]) -> str:
    """As "3 open opportunities and 1 contact"; "" where none went."""
    return get_text_list([along.counted(count) for along, count in counts.items() if count], "and")
