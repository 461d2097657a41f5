"""The one policy of who sees what. Every page, export and command starts from ``visible_to``.

A manager sees all. A rep sees what they own, and what is open to the team: records without an owner that belong to
no team or to the rep's.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from crm.people.models import User


def own_or_open(user: User, *, prefix: str = "") -> Q:
    """The condition for a rep; ``prefix`` is the look-up path to the record that has owner and team."""
    open_to_team = Q(**{f"{prefix}owner": None}) & (
        Q(**{f"{prefix}team": None}) | Q(**{f"{prefix}team": user.team_id})
        if user.team_id
        else Q(**{f"{prefix}team": None})
    )
    return Q(**{f"{prefix}owner": user}) | open_to_team


class OwnedQuerySet(models.QuerySet[Any]):
    """For models with ``owner`` and ``team``."""

    def visible_to(self, user: User) -> Self:
        return self if user.is_manager else self.filter(own_or_open(user))

    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)
