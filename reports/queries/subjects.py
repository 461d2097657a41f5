"""What could be repeated or deleted, with the leads it had and what became of them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from crm.people.models import User
from reports.facts.counts import HAS_WON, LEADS
from reports.facts.reading import counted_by_each
from reports.facts.tokens import tokens
from reports.filters import QUALIFIED, LeadFilters
from reports.queries.money import ZERO, cost_per_lead
from reports.queries.things import Thing, things
from reports.statistics import Rate, wilson

RECENT = timedelta(days=90)
OUTCOMES = {"won": HAS_WON, "qualified": QUALIFIED}
GROUPS = ("source", "campaign", "form")
LETTERS = {"question": "q", "sequence": "e", "step": "s", "variant": "a", "holdout": "a", "held": "a"}
EXPOSED = ("exposed", "arms")


@dataclass(frozen=True)
class Subject:
    """``recent``: its leads of the last 90 days. ``cost``: its leads' shares of what their campaigns cost, where
    that is known."""

    thing: Thing
    rate: Rate
    recent: int
    cost: Decimal | None = None

    @property
    def kind(self) -> str:
        return self.thing.kind

    @property
    def pk(self) -> int:
        return self.thing.pk

    @property
    def among(self) -> str:
        return self.thing.among


@dataclass
class Tally:
    """``recent`` of ``leads`` came lately, ``met`` of them reached the outcome."""

    leads: int = 0
    met: int = 0
    recent: int = 0
    cost: Decimal = ZERO

    def add(self, row: dict[str, Any], cost: Decimal = ZERO) -> None:
        self.leads += row["leads"]
        self.met += row["met"]
        self.recent += row["recent"]
        self.cost += row["leads"] * cost

    @property
    def rate(self) -> Rate:
        return wilson(self.met, self.leads)


def subjects(*, outcome: str, user: User | None, filters: LeadFilters, now: datetime) -> tuple[list[Subject], Tally]:
    """And all leads together. Four queries at most, whatever there is."""
    since = (now - RECENT).astimezone(filters.zone).date()
    sums: dict[str, Any] = {
        "leads": LEADS,
        "met": Count("pk", filter=OUTCOMES[outcome]),
        "recent": Count("pk", filter=Q(began_on__gte=since)),
    }
    efforts, exposures = counted_by_each(GROUPS, EXPOSED, user=user, filters=filters, **sums)
    costs = cost_per_lead(filters, user=user, rows=efforts)
    total = Tally()
    for row in efforts:
        total.add(row, costs.get(row["campaign"], ZERO))
    known = things()
    return [*_efforts(efforts, costs, known), *_exposures(exposures, known)], total


Things = dict[tuple[str, int], Thing]


def _efforts(rows: list[dict[str, Any]], costs: dict[int, Decimal], known: Things) -> Iterator[Subject]:
    for kind in GROUPS:
        tallies: dict[Any, Tally] = defaultdict(Tally)
        for row in rows:
            tallies[row[kind]].add(row, costs.get(row["campaign"], ZERO))
        for pk, tally in tallies.items():
            if (kind, pk) in known:
                yield Subject(known[kind, pk], tally.rate, tally.recent, tally.cost or None)


def _exposures(rows: list[dict[str, Any]], known: Things) -> Iterator[Subject]:
    """Each lead once for each thing it was exposed to."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        for token in tokens(row["exposed"] + row["arms"]):
            tallies[token].add(row)
    for thing in known.values():
        token = f"{LETTERS.get(thing.kind, '-')}{thing.pk}"
        if token in tallies:
            tally = tallies[token]
            yield Subject(thing, tally.rate, tally.recent)
