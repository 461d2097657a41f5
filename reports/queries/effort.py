"""How quick sales is, and whom the calls went to. One query."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from crm.people.models import User
from reports.facts.columns import SPEED
from reports.facts.counts import LEADS, QUALIFIED
from reports.facts.reading import counted
from reports.filters import LeadFilters
from reports.grouping import Group, column_of, regrouped
from reports.statistics import Rate, wilson

SPEEDS = (*SPEED, "later", "never")
CALLED = Count("pk", filter=Q(calls__gt=0))
FIGURES: dict[str, Any] = {
    "leads": LEADS, "qualified": QUALIFIED, "called": CALLED, "calls": Sum("calls"),
    "seconds": Sum("call_seconds"), "inquired": Count("began_on"),
}  # fmt: skip


@dataclass(frozen=True)
class Effort:
    """``speeds``: close rates of marketing-qualified leads by the time from then to the first acceptance. ``calls``:
    leads, calls and their seconds, by what became of the lead. ``groups``: those with leads that inquired."""

    speeds: dict[str, Rate]
    calls: dict[str, dict[str, int]]
    groups: set[Group]


def effort(*, by: str, user: User | None, filters: LeadFilters) -> Effort:
    speeds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    calls: dict[str, dict[str, int]] = {key: dict.fromkeys(FIGURES, 0) for key in ("won", "open", "closed")}
    groups = set()
    columns = (column_of(by, day=filters.day), "speed", "outcome", "disqualified")
    rows = counted(*columns, user=user, filters=filters, **FIGURES)
    for group, row in regrouped(rows, by=by, filters=filters):
        if row["inquired"]:
            groups.add(group)
        speeds[row["speed"]][0] += row["leads"] if row["outcome"] == "won" else 0
        speeds[row["speed"]][1] += row["leads"]
        became = calls[_became(row["outcome"], row["disqualified"])]
        for name in FIGURES:
            became[name] += row[name]
    return Effort({key: wilson(*speeds[key]) for key in SPEEDS}, calls, groups)


def _became(outcome: str, disqualified: bool) -> str:
    if outcome == "won":
        return "won"
    return "closed" if outcome == "lost" or disqualified else "open"
