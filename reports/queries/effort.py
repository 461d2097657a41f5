"""How quick sales is, and whom the calls went to."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, Sum, Value, When

from crm.people.models import User
from leads.models import Stage
from leads.populations import LOST, REACHED, WON, Reached
from reports.filters import LeadFilters
from reports.queries.population import counted_leads
from reports.statistics import Rate, wilson

LIMITS = {
    "m5": timedelta(minutes=5), "h1": timedelta(hours=1), "h4": timedelta(hours=4), "d1": timedelta(days=1),
}  # fmt: skip


def speed_to_lead(*, user: User | None, filters: LeadFilters) -> dict[str, Rate]:
    """Close rates of marketing-qualified leads by the time from then to the first acceptance. Leads that a rep brought
    in were never waiting. One query."""
    leads = counted_leads(user=user, filters=filters).filter(mql_at__isnull=False).order_by()
    quick = [
        When(sal_at__lte=F("mql_at") + limit, then=Value(key)) for key, limit in LIMITS.items()
    ]  # fmt: skip
    speed = Case(When(sal_at=None, then=Value("never")), *quick, default=Value("later"), output_field=CharField())
    rows = leads.values(speed=speed).annotate(leads=Count("pk"), won=Count("pk", filter=WON))
    found = {row["speed"]: wilson(row["won"], row["leads"]) for row in rows}
    return {key: found.get(key, wilson(0, 0)) for key in (*LIMITS, "later", "never")}


def calls_by_outcome(*, user: User | None, filters: LeadFilters) -> dict[str, dict[str, int]]:
    """Leads, calls and seconds of calls, by what became of the lead. Two queries: leads have several calls."""
    leads = counted_leads(user=user, filters=filters).order_by()
    outcome = Case(
        When(WON, then=Value("won")),
        When(LOST | Q(stage=Stage.DISQUALIFIED), then=Value("closed")),
        default=Value("open"),
        output_field=CharField(),
    )
    found: dict[str, dict[str, int]] = {
        key: {"leads": 0, "qualified": 0, "called": 0, "calls": 0, "seconds": 0} for key in ("won", "open", "closed")
    }
    counted = leads.values(outcome=outcome).annotate(
        leads=Count("pk"), qualified=Count("pk", filter=REACHED[Reached.QUALIFIED])
    )
    for row in counted:
        found[row["outcome"]] |= {"leads": row["leads"], "qualified": row["qualified"]}
    for row in _calls(leads, outcome):
        found[row["outcome"]] |= {name: row[name] or 0 for name in ("called", "calls", "seconds")}
    return found


def _calls(leads: Any, outcome: Case) -> Any:
    called = leads.filter(call_tasks__attempts__isnull=False)
    return called.values(outcome=outcome).annotate(
        called=Count("pk", distinct=True),
        calls=Count("call_tasks__attempts"),
        seconds=Sum("call_tasks__attempts__duration"),
    )
