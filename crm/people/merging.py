"""Two records that are one become one, and apart again within 30 days: the same for every kind of record.

The survivor keeps what it has and gets what it lacks; all that points to the duplicate points to the survivor, also
from rooms that this one does not know; the duplicate stays as a tombstone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F

from crm.people.filling import what_is_lacking
from crm.people.handing_over import record_owner
from crm.people.models import User
from crm.web.models import AppendOnlyQuerySet

UNDO_WITHIN = timedelta(days=30)


class MergeRefused(Exception):
    """Nothing was changed; the message is for a person."""


def _nothing_wrong(survivor: Any, duplicate: Any) -> str:
    return ""


@dataclass(frozen=True)
class Makes:
    """Rows that a merge itself adds for the survivor: ``make`` returns their ids, which are kept under ``name``, and
    ``take_back`` gets them when the merge is undone."""

    name: str
    make: Callable[..., list[int]]
    take_back: Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """``together``: fields that are taken whole or not at all. ``flags``: either one's counts, and an undo never lifts
    them. ``follows``: fields that come with another one and are never empty (the kind of a number). ``stays``: models
    whose rows stay with the tombstone."""

    model: type[Any]
    merge: type[Any]
    together: tuple[tuple[str, ...], ...] = ()
    flags: tuple[str, ...] = ()
    never_filled: tuple[str, ...] = ()
    follows: tuple[tuple[str, str], ...] = ()
    why_not: Callable[[Any, Any], str] = _nothing_wrong
    makes: tuple[Makes, ...] = ()
    stays: tuple[type[models.Model], ...] = ()

    def problem(self, survivor: Any, duplicate: Any) -> str:
        """For a person; "" where the two can be merged this way round."""
        if survivor.pk == duplicate.pk:
            return "It cannot be merged with itself."
        for record in (survivor, duplicate):
            if record.merged_into_id:
                return f"“{record}” was merged into another one already."
        return self.why_not(survivor, duplicate)

    def changes(self, survivor: Any, duplicate: Any) -> dict[str, Any]:
        """By attribute name (``owner_id``). An owner comes with their team."""
        values = {name: getattr(duplicate, name) for name in self._fillable()}
        changes = what_is_lacking(survivor, values, together=[*self.together, ("owner_id", "team_id")])
        if survivor.owner_id is not None:
            changes.pop("team_id", None)
        followed = {name: getattr(duplicate, name) for name, leader in self.follows if leader in changes}
        flags = {name: True for name in self.flags if getattr(duplicate, name) and not getattr(survivor, name)}
        return changes | followed | flags

    def _fillable(self) -> list[str]:
        fields = [field for field in self.model._meta.concrete_fields if field.editable and not field.primary_key]
        return [
            field.attname
            for field in fields
            if field.attname not in {*self.flags, *self.never_filled, *dict(self.follows)}
        ]

    def lock(self, *records: Any) -> list[Any]:
        """In the order of their ids; given back in the order given."""
        rows = self.model._default_manager.select_for_update(of=("self",))
        locked = {row.pk: row for row in rows.filter(pk__in=[r.pk for r in records]).order_by("pk")}
        return [locked[record.pk] for record in records]

    def pointing(self) -> Iterator[tuple[str, Any, str]]:
        """All that points to a record of this kind: name for the undo, model, field. Merges stay as they were."""
        for relation in self.model._meta.related_objects:
            model: Any = relation.related_model
            if not relation.many_to_many and model not in (self.merge, *self.stays):
                yield f"{model._meta.label}.{relation.field.name}", model, relation.field.name


@transaction.atomic
def merge_records(kind: Kind, *, survivor: Any, duplicate: Any, by: User | None, now: datetime) -> Any:
    """Locks both. Raises MergeRefused."""
    survivor, duplicate = kind.lock(survivor, duplicate)
    if problem := kind.problem(survivor, duplicate):
        raise MergeRefused(problem)
    changes = kind.changes(survivor, duplicate)
    filled = {name: {"before": getattr(survivor, name), "after": to} for name, to in changes.items()}
    moved = {name: _move(model, field, duplicate, survivor) for name, model, field in kind.pointing()}
    kind.model._default_manager.filter(pk=duplicate.pk).update(merged_into=survivor, version=F("version") + 1)
    _write(survivor, changes, by=by, now=now, note=f"Merged with {duplicate}.")
    moved |= {made.name: made.make(survivor, duplicate, by=by, now=now) for made in kind.makes}
    return kind.merge._default_manager.create(
        survivor=survivor,
        duplicate=duplicate,
        by=by,
        merged_at=now,
        filled=filled,
        moved={name: ids for name, ids in moved.items() if ids},
        flags={name: getattr(survivor, name) for name in kind.flags},
    )


@transaction.atomic
def undo_records(kind: Kind, *, merge: Any, by: User | None, now: datetime) -> Any:
    """The duplicate is live again with what was moved from it, and the survivor has its own values back where nobody
    changed them since; an opt-out is never lifted. Returns the duplicate. Raises MergeRefused."""
    survivor, duplicate = kind.lock(merge.survivor, merge.duplicate)
    merge = kind.merge._default_manager.select_for_update(of=("self",)).get(pk=merge.pk)
    if problem := why_not_undo(merge, survivor, duplicate, now=now):
        raise MergeRefused(problem)
    for made in kind.makes:
        made.take_back(survivor, merge.moved.get(made.name, []), by=by, now=now)
    for name, model, field in kind.pointing():
        rows = model._default_manager.filter(pk__in=merge.moved.get(name, []), **{field: survivor})
        _hand_over(rows, field, duplicate)
    restored = _to_restore(kind, merge, survivor)
    _write(survivor, restored, by=by, now=now, note=f"No longer merged with {duplicate}.")
    flags = {name: True for name in kind.flags if getattr(survivor, name) and not merge.flags[name]}
    try:
        with transaction.atomic():
            revived = kind.model._default_manager.filter(pk=duplicate.pk)
            revived.update(merged_into=None, version=F("version") + 1, **flags)
    except IntegrityError as error:
        raise MergeRefused(
            f"What made “{duplicate}” its own, address or domain, belongs to another one by now."
        ) from error
    kind.merge._default_manager.filter(pk=merge.pk).update(undone_at=now, undone_by=by)
    duplicate.refresh_from_db()
    return duplicate


def why_not_undo(merge: Any, survivor: Any, duplicate: Any, *, now: datetime) -> str:
    """For a person; "" where the merge can be undone."""
    if merge.undone_at:
        return "This merge was undone already."
    if now - merge.merged_at > UNDO_WITHIN:
        return f"A merge can be undone for {UNDO_WITHIN.days} days; this one is older."
    if survivor.merged_into_id or duplicate.merged_into_id != survivor.pk:
        return f"“{survivor}” was merged into another one since: undo that merge first."
    return ""


def _move(model: Any, field: str, duplicate: Any, survivor: Any) -> list[int]:
    """Ids of the rows that moved. Where the survivor has the same one already (it takes part in the same opportunity),
    the duplicate's stays with the tombstone."""
    rows = model._default_manager.filter(**{field: duplicate})
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    try:
        with transaction.atomic():
            _hand_over(rows, field, survivor)
    except IntegrityError:
        return [pk for pk in ids if _move_one(model, field, pk, survivor)]
    return ids


def _move_one(model: Any, field: str, pk: int, survivor: Any) -> bool:
    try:
        with transaction.atomic():
            _hand_over(model._default_manager.filter(pk=pk), field, survivor)
    except IntegrityError:
        return False
    return True


def _hand_over(rows: Any, field: str, to: Any) -> None:
    """Append-only rows change hands here, and nowhere else."""
    if isinstance(rows, AppendOnlyQuerySet):
        rows.change_hands(**{field: to})
    else:
        rows.update(**{field: to})


def _write(record: Any, changes: dict[str, Any], *, by: User | None, now: datetime, note: str) -> None:
    before = record.owner_id
    for name, value in changes.items():
        setattr(record, name, value)
    record.version += 1
    record.save()
    if record.owner_id != before:
        record_owner(record, before=before, by=by, now=now, note=note)


def _to_restore(kind: Kind, merge: Any, survivor: Any) -> dict[str, Any]:
    return {
        name: values["before"]
        for name, values in merge.filled.items()
        if name not in kind.flags and getattr(survivor, name) == values["after"]
    }
