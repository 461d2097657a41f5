"""Filters by people."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.forms import Field

from crm.people.models import User

ME, NOBODY = "me", "none"


class OwnerFilter(filters.ChoiceFilter):
    """Me, nobody, and for managers everybody by name: a rep sees no other rep's records."""

    def __init__(self, field_name: str = "owner") -> None:
        super().__init__(field_name, label="Owner", empty_label="Anybody", choices=[])

    @property
    def field(self) -> Field:
        chosen = str(self.parent.data.get(self.field_name) or "")
        self.extra["choices"] = owner_choices(self.parent.request.user, chosen)
        return super().field

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        owner = {ME: self.parent.request.user, NOBODY: None}.get(value, value)
        return qs.filter(**{self.field_name: owner})


def owner_choices(user: User, chosen: str = "") -> list[tuple[str, str]]:
    """``chosen`` by a link from elsewhere, oneself or somebody who left, is offered as well."""
    others = [person for person in user.colleagues if person.pk != user.pk] if user.is_manager else []
    found = [(ME, "Me"), (NOBODY, "Nobody"), *((str(other.pk), str(other)) for other in others)]
    if chosen.isascii() and chosen.isdecimal() and chosen not in dict(found):
        seen = User.objects.filter(pk=chosen if len(chosen) < 19 else 0) if user.is_manager else [user]
        found += [(str(person.pk), str(person)) for person in seen if str(person.pk) == chosen]
    return found
