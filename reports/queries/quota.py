"""How the qualified leads are spread over reps. One query."""

from datetime import date, datetime, time, timedelta

from django.db.models import Count

from crm.people.models import User
from leads.populations import REACHED, WON, Reached
from reports.filters import LeadFilters
from reports.queries.population import counted_leads_of_everybody


def qualified_leads(*, first: date, last: date, user: User | None, filters: LeadFilters) -> dict[int, int]:
    """By owner: leads that reached sales in the time, ``last`` excluded."""
    since, until = (datetime.combine(day, time.min, tzinfo=filters.zone) for day in (first, last))
    leads = counted_leads_of_everybody(user).filter(REACHED[Reached.QUALIFIED], owner__isnull=False)
    rows = leads.filter(reached_sales_at__gte=since, reached_sales_at__lt=until).order_by().values("owner")
    return {row["owner"]: row["leads"] for row in rows.annotate(leads=Count("pk"))}


def owned_leads(*, first: date, last: date, user: User | None, filters: LeadFilters) -> dict[int, tuple[int, int]]:
    """By owner: leads that first inquired in the time, ``last`` included, and how many of them are won."""
    bounds = (first, last + timedelta(days=1))
    since, until = (datetime.combine(day, time.min, tzinfo=filters.zone) for day in bounds)
    leads = counted_leads_of_everybody(user).filter(owner__isnull=False).order_by()
    rows = leads.filter(first_inquiry_at__gte=since, first_inquiry_at__lt=until).values("owner")
    counted = rows.annotate(leads=Count("pk"), won=Count("pk", filter=WON))
    return {row["owner"]: (row["leads"], row["won"]) for row in counted}
