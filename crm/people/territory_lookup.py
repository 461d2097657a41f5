"""Territories as ``crm.people.territories`` takes them, and who owns one on a day."""

from datetime import date, timedelta

from django.db.models import Q

from crm.people.models import Territory, TerritoryOwner, User
from crm.people.territories import TerritoryDefinition
from crm.web.holding import held


@held
def definitions() -> list[TerritoryDefinition]:
    """Of active territories, in their order."""
    territories = Territory.objects.filter(active=True).prefetch_related("matches")
    return [TerritoryDefinition(t.pk, t.name, [row.as_match() for row in t.matches.all()]) for t in territories]


@held
def owners_of(territory: int, on: date) -> list[User]:
    """Who owns it on that day and works here, the longest first."""
    owned = TerritoryOwner.objects.filter(Q(until=None) | Q(until__gt=on), territory=territory, since__lte=on)
    rows = owned.filter(user__is_active=True).select_related("user__team").order_by("since", "pk")
    return [row.user for row in rows]


def gaps(territory: Territory, *, today: date) -> list[tuple[date, date | None]]:
    """First and last day (None: for ever) on which nobody owns the territory, from today on; none while it has had no
    owner at all."""
    rows = territory.owners.filter(Q(until=None) | Q(until__gt=today)).order_by("since")
    if not territory.owners.exists():
        return []
    found: list[tuple[date, date | None]] = []
    free_from = today
    for since, until in rows.values_list("since", "until"):
        if since > free_from:
            found.append((free_from, since - timedelta(days=1)))
        if until is None:
            return found
        free_from = max(free_from, until)
    return [*found, (free_from, None)]
