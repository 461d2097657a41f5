"""One timeline of a record and of all it came from and became, read from the rows that exist: nothing is copied.

An app registers a ``Source`` for each kind of row it has to tell of. Which records belong to the same story says the
slot ``record_story``. A page is one query over all sources for what happened when, and one more for each source that is
on the page.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, IntegerField, Model, Q, QuerySet, Value
from django.http import HttpRequest

from crm.web.slots import Slot, TimelineEntry

SHOWN = 40
MOST = 100  # pages
# provider(record, *, user) -> Iterable[(model, QuerySet of pks)]: only what the user may see
record_story = Slot()


@dataclass(frozen=True)
class Story:
    """The record a page is about, and the keys of all records that belong to it, as subqueries."""

    record: Model
    user: Any
    keys: dict[type[Model], list[Any]] = field(default_factory=dict)

    def about(self, model: type[Model], **links: type[Model]) -> QuerySet[Any] | None:
        """Rows of ``model`` that point to a record of the story: ``about(Inquiry, lead=Lead)``; None where there is
        none that they could point to."""
        told = [Q(**{f"{name}__in": keys}) for name, other in links.items() for keys in self.keys.get(other, [])]
        if not told:
            return None
        condition = told[0]
        for more in told[1:]:
            condition |= more
        return model._default_manager.filter(condition)


@dataclass(frozen=True)
class Source:
    """``rows``: those of a story; ``at``: when each happened, a field or an expression; ``entry`` draws one. People
    filter by ``kind``, which several sources may share; ``label`` is its name. ``read_with``: select_related."""

    kind: str
    label: str
    rows: Callable[[Story], QuerySet[Any] | None]
    entry: Callable[[Any, Story], TimelineEntry]
    at: Any = "at"
    read_with: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    key: str
    label: str
    current: bool


@dataclass(frozen=True)
class Page:
    """``number`` counts from 1, the newest; ``older`` is the next one, 0 where this is the last."""

    entries: list[TimelineEntry]
    kinds: list[Kind]
    kind: str
    number: int
    older: int


_sources: list[Source] = []


def register(*sources: Source) -> None:
    _sources.extend(source for source in sources if source not in _sources)


def story_of(record: Model, *, user: Any) -> Story:
    story = Story(record, user)
    for model, keys in [(type(record), [record.pk]), *record_story.collect(record, user=user)]:
        story.keys.setdefault(model, []).append(keys)
    return story


def timeline(request: HttpRequest, record: Model) -> Page:
    """``?show=`` one kind only, ``?page=`` an older one."""
    kind, number = request.GET.get("show", ""), _number(request.GET.get("page", ""))
    kinds = {source.kind: source.label for source in _sources}
    kind = kind if kind in kinds else ""
    story = story_of(record, user=request.user)
    found = _when(story, kind, skip=(number - 1) * SHOWN)
    return Page(
        entries=list(_drawn(story, found[:SHOWN])),
        kinds=[Kind(key, label, key == kind) for key, label in kinds.items()],
        kind=kind,
        number=number,
        older=number + 1 if len(found) > SHOWN and number < MOST else 0,
    )


def _number(given: str) -> int:
    return min(max(int(given), 1), MOST) if given.isdecimal() and len(given) < 5 else 1


def _when(story: Story, kind: str, *, skip: int) -> list[tuple[Any, int, int]]:
    """(when, source, key), newest first; at the same moment the consequence, registered later, is above its cause."""
    parts = [
        rows.order_by()
        .annotate(
            told_at=source.at if not isinstance(source.at, str) else F(source.at),
            told_by=Value(number, output_field=IntegerField()),
        )
        .values_list("told_at", "told_by", "pk")
        for number, source in enumerate(_sources)
        if kind in ("", source.kind) and (rows := source.rows(story)) is not None
    ]
    if not parts:
        return []
    together = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return list(together.order_by("-told_at", "-told_by", "-pk")[skip : skip + SHOWN + 1])


def _drawn(story: Story, found: Iterable[tuple[Any, int, int]]) -> Iterator[TimelineEntry]:
    found = list(found)
    keys: dict[int, list[int]] = defaultdict(list)
    for _, number, pk in found:
        keys[number].append(pk)
    entries: dict[tuple[int, int], TimelineEntry] = {}
    for number, pks in keys.items():
        source = _sources[number]
        rows: Any = source.rows(story)
        wanted = rows.filter(pk__in=pks).select_related(*source.read_with).prefetch_related(*source.prefetch)
        entries |= {(number, row.pk): source.entry(row, story) for row in wanted}
    yield from (entries[number, pk] for _, number, pk in found if (number, pk) in entries)
