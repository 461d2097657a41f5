"""How far leads come, by cohort, and why they drop out."""

from collections import defaultdict
from itertools import accumulate
from typing import Any

from django.db.models import Q

from crm.opportunities.models import Status
from crm.people.models import User
from leads.models import Reason
from reports.facts.columns import FURTHEST
from reports.facts.counts import LEADS
from reports.facts.reading import counted
from reports.facts.tokens import tokens
from reports.filters import LeadFilters
from reports.grouping import Group, Row, column_of, regrouped

Counts = dict[str, int]
STEPS = ["leads", *FURTHEST]


def funnel(*, by: str, user: User | None, filters: LeadFilters) -> list[Row[Counts]]:
    """Whoever came further has been at each step before, also where it was skipped: no step is larger than the one
    before it. One query."""
    rows = counted(column_of(by, day=filters.day), "furthest", user=user, filters=filters, leads=LEADS)
    ended: dict[Group, list[int]] = defaultdict(lambda: [0] * len(STEPS))
    for group, row in regrouped(rows, by=by, filters=filters):
        ended[group][row["furthest"]] += row["leads"]
    return [Row(group, _reached(counts)) for group, counts in ended.items()]


def _reached(ended: list[int]) -> Counts:
    """From how many leads came so far and no further."""
    return dict(zip(STEPS, reversed(list(accumulate(reversed(ended)))), strict=True))


def drop_offs(*, user: User | None, filters: LeadFilters) -> list[dict[str, Any]]:
    """Reasons to disqualify and to recycle, and why opportunities were lost, with the number of leads they were given
    for, the most frequent first. Two queries."""
    gave = ~Q(reasons="") | ~Q(lost_because="")
    rows = counted("reasons", "lost_because", user=user, filters=filters, only=gave, leads=LEADS)
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    names = {str(reason.pk): (reason.purpose, reason.name) for reason in Reason.objects.all()}
    for row in rows:
        for token in tokens(row["reasons"]):
            pk, _, stage = token[1:].partition(":")
            found[(*names[pk], stage)] += row["leads"]
        if row["lost_because"]:
            found[Status.LOST.value, row["lost_because"], "opportunity"] += row["leads"]
    kept = [{"kind": kind, "name": name, "at_stage": at, "leads": n} for (kind, name, at), n in found.items()]
    return sorted(kept, key=lambda row: (-row["leads"], row["name"], row["at_stage"]))
