"""Whose an account, a contact or an opportunity is, over time. (Leads have their own history of assignments.)"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q, QuerySet

from crm.people.going_along import Along, in_words, take_along
from crm.people.models import NoticeKind, User
from crm.people.notifying import notify
from crm.web.models import AppendOnly
from crm.web.slots import TimelineEntry
from crm.web.timeline import Source, Story


class OwnerChange(AppendOnly):
    """``record``, which the subclass adds, was handed over; None is nobody. What a record began with is no change."""

    before = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    record: Any

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_changes_hands",
                condition=Q(before=None, after__isnull=False)
                | Q(before__isnull=False, after=None)
                | (Q(before__isnull=False, after__isnull=False) & ~Q(before=F("after"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.after or 'nobody'}"


class HandOverRefused(Exception):
    """Nothing was changed; the message is for a person."""


@dataclass(frozen=True)
class HandedOver:
    """``record`` as it is now, and how many of what went along."""

    record: Any
    along: dict[Along, int] = field(default_factory=dict)


@transaction.atomic
def hand_over(
    *,
    record: Any,
    to: User | None,
    by: User | None,
    now: datetime,
    note: str = "",
    along: Sequence[Along] = (),
) -> HandedOver:
    """It is theirs and their team's from now on, and they are told; without an owner it stays open to the team it was
    with. What is to go ``along`` does where its owner was the same. Locks it all, the record first. Raises
    HandOverRefused for one that was merged meanwhile."""
    locked = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if getattr(locked, "merged_into_id", None):
        raise HandOverRefused(f"“{locked}” was merged into another one meanwhile: hand that one over.")
    if locked.owner_id == (to.pk if to else None):
        return HandedOver(locked)
    before, team = locked.owner_id, to.team if to else locked.team
    type(record)._default_manager.filter(pk=record.pk).update(owner=to, team=team, version=F("version") + 1)
    locked.refresh_from_db()
    change = record_owner(locked, before=before, by=by, now=now, note=note)
    taken = take_along(locked, along, before=before, by=by, now=now, note=note)
    if to and to != by:
        _tell(change, to, now, in_words(taken))
    return HandedOver(locked, taken)


def record_owner(record: Any, *, before: int | None, by: User | None, now: datetime, note: str) -> Any:
    """``record`` has its new owner already; ``before`` is the id of the one it had."""
    after = record.owner_id
    return record.owner_changes.create(before_id=before, after_id=after, by=by, at=now, note=note.strip()[:200])


@dataclass
class HandedOverMany:
    """``refused``: what was not done, for a person."""

    done: int = 0
    along: Counter[Along] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


def hand_over_many(
    *,
    records: Iterable[Any],
    to: User | None,
    by: User | None,
    now: datetime,
    note: str = "",
    along: Sequence[Along] = (),
) -> HandedOverMany:
    """Each, with what goes along, in its own transaction."""
    result = HandedOverMany()
    for record in records:
        try:
            one = hand_over(record=record, to=to, by=by, now=now, note=note, along=along)
        except HandOverRefused as error:
            result.refused.append(str(error))
        else:
            result.done += 1
            result.along.update(one.along)
    return result


def _tell(change: Any, to: User, now: datetime, along: str) -> None:
    record = change.record
    kind = record._meta.verbose_name
    title = f"{'An' if kind[0] in 'aeiou' else 'A'} {kind} for you: {record}"
    said = (f"Handed over by {change.by}." if change.by else "", f"With {along}." if along else "", change.note)
    body = " · ".join(part for part in said if part)
    key = f"{record._meta.model_name}:{change.pk}"
    url = record.get_absolute_url()
    notify(users=[to], kind=NoticeKind.HANDED_OVER, key=key, title=title, body=body, url=url, now=now)


def changes(model: type[OwnerChange]) -> Source:
    """For timelines: ``model`` is of one kind of record."""
    return Source(
        "assignment", "Assignments", partial(_rows, model), _entry, read_with=("before", "after", "by", "record")
    )


def _rows(model: Any, story: Story) -> QuerySet[Any] | None:
    found: QuerySet[Any] | None = story.about(model, record=model._meta.get_field("record").related_model)
    return found


def _entry(change: OwnerChange, story: Story) -> TimelineEntry:
    title = f"Handed over to {change.after}" if change.after else "In nobody's hands"
    if change.record != story.record:
        title = f"{change.record}: {title[:1].lower()}{title[1:]}"
    body = " ".join(part for part in (f"From {change.before}." if change.before else "", change.note) if part)
    return TimelineEntry(change.at, "assignment", title, icon="user-share", by=str(change.by or ""), body=body)
