"""Filters that several lists share."""

from collections.abc import Callable, Sequence
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from crm.people.models import User
from crm.web.searching import words_in


class SearchFilter(filters.CharFilter):
    def __init__(self, *, fields: Sequence[str], placeholder: str) -> None:
        self.searched = fields
        widget = forms.TextInput(attrs={"type": "search", "placeholder": placeholder, "maxlength": 100})
        super().__init__(label="Search", max_length=100, widget=widget)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(words_in(value, self.searched)) if value else qs
