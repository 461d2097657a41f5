"""Pages that compare two records before they are merged, and take a merge back: the same for every kind of record."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from crm.people.merging import UNDO_WITHIN, Kind, MergeRefused
from crm.people.models import User
from crm.people.requests import UserRequest
from crm.web.searching import words_in

FOUND = 10


@dataclass(frozen=True)
class Line:
    label: str
    kept: str
    given_up: str
    result: str
    filled: bool


def _no_more(survivor: Any, duplicate: Any, user: User) -> Iterable[Line]:
    return ()


@dataclass(frozen=True)
class MergePages:
    """``suggest``: records that may be the same one as this, each with why. ``more_lines``: what is compared besides
    the columns, as far as the user may see it."""

    kind: Kind
    room: str
    noun: str
    merge: Callable[..., Any]
    undo: Callable[..., Any]
    suggest: Callable[[Any], Iterable[tuple[Any, str]]]
    more_lines: Callable[[Any, Any, User], Iterable[Line]] = _no_more

    @property
    def permission(self) -> str:
        return f"{self.room}.change_{self.noun}"

    def changeable(self, request: UserRequest, pk: int) -> Any:
        """404 for one that the user may not see, 403 for one they may not change."""
        record = get_object_or_404(self.kind.model._default_manager.visible_to(request.user), pk=pk)
        if not request.user.has_perm(self.permission, record):
            raise PermissionDenied
        return record


class MergeView(View):
    """A base for the three pages of ``pages``."""

    pages: Any = None  # given to as_view
    http_method_names = ["get", "head", "post"]


class Duplicates(MergeView):
    """Who may be the same, a search for others, and what can be taken back."""

    http_method_names = ["get", "head"]

    def get(self, request: Any, pk: int) -> HttpResponse:
        pages, search = self.pages, request.GET.get("search", "").replace("\x00", "")[:100]
        record = pages.changeable(request, pk)
        visible: Any = pages.kind.model._default_manager.visible_to(request.user).exclude(pk=pk)
        suggested = list(pages.suggest(record))
        seen = set(visible.filter(pk__in=[other.pk for other, _ in suggested]).values_list("pk", flat=True))
        found = visible.filter(words_in(search, ["search_text"]))[:FOUND] if search.strip() else []
        context = {
            "record": record,
            "noun": pages.noun,
            "merge_route": f"{pages.room}:merge",
            "undo_route": f"{pages.room}:undo_merge",
            "search": search,
            "suggestions": [(other, why) for other, why in suggested if other.pk in seen],
            "found": found,
            "merges": self._merges(record),
            "undo_days": UNDO_WITHIN.days,
        }
        return render(request, "components/duplicates.html", context)

    def _merges(self, record: Any) -> Any:
        since = timezone.now() - UNDO_WITHIN
        merges = self.pages.kind.merge._default_manager.filter(survivor=record, undone_at=None, merged_at__gte=since)
        return merges.select_related("duplicate")


class Compare(MergeView):
    """``pk`` survives, ``other`` is merged into it."""

    def get(self, request: Any, pk: int, other: int) -> HttpResponse:
        return self._page(request, *self._both(request, pk, other))

    def post(self, request: Any, pk: int, other: int) -> HttpResponse:
        survivor, duplicate = self._both(request, pk, other)
        try:
            self.pages.merge(survivor=survivor, duplicate=duplicate, by=request.user, now=timezone.now())
        except MergeRefused as refused:
            messages.error(request, str(refused))
            return self._page(request, survivor, duplicate, status=409)
        messages.success(request, f"Merged. You can take it back for {UNDO_WITHIN.days} days.")
        return redirect(survivor)

    def _both(self, request: Any, pk: int, other: int) -> tuple[Any, Any]:
        return self.pages.changeable(request, pk), self.pages.changeable(request, other)

    def _page(self, request: Any, survivor: Any, duplicate: Any, *, status: int = 200) -> HttpResponse:
        pages = self.pages
        context = {
            "survivor": survivor,
            "duplicate": duplicate,
            "noun": pages.noun,
            "lines": [
                *lines(pages.kind, survivor, duplicate),
                *pages.more_lines(survivor, duplicate, request.user),
            ],
            "problem": pages.kind.problem(survivor, duplicate),
            "swap_url": self._swap(survivor, duplicate),
            "undo_days": UNDO_WITHIN.days,
        }
        return render(request, "components/merge.html", context, status=status)

    def _swap(self, survivor: Any, duplicate: Any) -> str:
        if self.pages.kind.problem(duplicate, survivor):
            return ""
        return reverse(f"{self.pages.room}:merge", args=[duplicate.pk, survivor.pk])


class Undo(MergeView):
    http_method_names = ["post"]

    def post(self, request: Any, pk: int) -> HttpResponse:
        pages = self.pages
        merges = pages.kind.merge._default_manager.select_related("survivor", "duplicate")
        merge: Any = get_object_or_404(merges, pk=pk)
        survivor = pages.changeable(request, merge.survivor_id)
        try:
            duplicate = pages.undo(merge=merge, by=request.user, now=timezone.now())
        except MergeRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"“{duplicate}” is a record of its own again.")
        return redirect(survivor)


def lines(kind: Kind, survivor: Any, duplicate: Any) -> list[Line]:
    """Without the fields that both leave empty."""
    changes = kind.changes(survivor, duplicate)
    found = []
    for field in kind.model._meta.concrete_fields:
        if not field.editable or field.primary_key:
            continue
        kept, given_up = _shown(survivor, field.name), _shown(duplicate, field.name)
        if kept or given_up:
            filled = field.attname in changes
            label = str(field.verbose_name)
            found.append(Line(label[:1].upper() + label[1:], kept, given_up, given_up if filled else kept, filled))
    return found


def _shown(record: Any, name: str) -> str:
    value = getattr(record, name)
    if isinstance(value, bool):
        return "Yes" if value else ""
    display = getattr(record, f"get_{name}_display", None)
    return str(display() if display else "" if value is None else value)
