"""Filters that several lists share. They live in the URL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Count, Q, QuerySet

from crm.web.searching import words_in


class SearchFilter(filters.CharFilter):
    """Every word in one of ``fields``."""

    def __init__(self, *, fields: Sequence[str], placeholder: str) -> None:
        self.searched = fields
        widget = forms.TextInput(attrs={"type": "search", "placeholder": placeholder, "autocomplete": "off"})
        super().__init__(label="Search", max_length=100, widget=widget)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(words_in(value, self.searched)) if value else qs


def day_range(field: str, label: str) -> tuple[filters.DateFilter, filters.DateFilter]:
    """From and until (inclusive), for a date or a time."""
    widget = forms.DateInput(attrs={"type": "date"})
    return (
        filters.DateFilter(field, "gte", label=f"{label} from", widget=widget),
        filters.DateFilter(field, "lte", label=f"{label} until", widget=widget),
    )


@dataclass(frozen=True)
class View:
    """A saved view: a name and what belongs to it for a user."""

    label: str
    condition: Callable[[Any], Q]


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int
    current: bool


class ViewFilter(filters.ChoiceFilter):
    """``?view=mine``: one of the saved views, shown as tabs and not as a field."""

    def __init__(self, views: Mapping[str, View]) -> None:
        self.views = views
        choices = [(key, view.label) for key, view in views.items()]
        super().__init__(label="View", choices=choices, widget=forms.HiddenInput)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(self.views[value].condition(self.parent.request.user)) if value else qs


def tabs(views: Mapping[str, View], records: QuerySet[Any], *, user: Any, current: str) -> list[Tab]:
    """Each view with its count, and all of them; one query."""
    counts = {key: Count("pk", filter=view.condition(user)) for key, view in views.items()}
    found = records.order_by().aggregate(all_of_them=Count("pk"), **counts)
    each = [Tab(key, view.label, found[key], key == current) for key, view in views.items()]
    return [*each, Tab("", "All", found["all_of_them"], current not in views)]
