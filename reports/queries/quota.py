"""How leads are spread over reps and territories."""

from datetime import date

from django.db.models import Q

from crm.people.models import User
from reports.facts.counts import LEADS, WON
from reports.facts.reading import counted
from reports.filters import QUALIFIED, LeadFilters
from reports.statistics import Rate, wilson


def qualified_leads(*, first: date, last: date, user: User | None, filters: LeadFilters) -> dict[int, int]:
    """By owner: leads that reached sales in the time, ``last`` excluded. One query."""
    then = QUALIFIED & Q(reached_on__gte=first, reached_on__lt=last, owner__isnull=False)
    where = filters.condition_without("since", "until", "basis", "owner") & then
    rows = counted("owner", user=user, filters=filters, where=where, leads=LEADS)
    return {row["owner"]: row["leads"] for row in rows}


def leads_of_territories(*, first: date, last: date, user: User | None, filters: LeadFilters) -> dict[str, Rate]:
    """By the territory's id: leads that first inquired in the time, ``last`` included, and were won. One query."""
    then = Q(began_on__gte=first, began_on__lte=last)
    where = filters.condition_without("since", "until", "basis") & then
    rows = counted("territory", user=user, filters=filters, where=where, leads=LEADS, won=WON)
    return {str(row["territory"] or ""): wilson(row["won"], row["leads"]) for row in rows}
