"""Everything that could be repeated or deleted, with the leads it had and what became of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from crm.people.models import User
from leads.models import Arm, Question
from nurture.models import Sequence, Step
from reports.facts.counts import LEADS
from reports.facts.reading import counted
from reports.facts.tokens import tokens
from reports.filters import QUALIFIED, LeadFilters
from reports.grouping import By, group_of
from reports.statistics import Rate, wilson

RECENT = timedelta(days=90)
OUTCOMES = {"won": Q(outcome="won"), "qualified": QUALIFIED}
GROUPS = {"source": By.SOURCE, "campaign": By.CAMPAIGN, "form": By.FORM}


@dataclass(frozen=True)
class Subject:
    """``among``: what it is compared within, "" for all leads. ``recent``: its leads of the last 90 days."""

    kind: str
    pk: int
    label: str
    rate: Rate
    recent: int
    among: str = ""


@dataclass
class Tally:
    """``recent`` of ``leads`` came lately, ``met`` of them reached the outcome."""

    leads: int = 0
    met: int = 0
    recent: int = 0

    def add(self, row: dict[str, Any]) -> None:
        self.leads += row["leads"]
        self.met += row["met"]
        self.recent += row["recent"]


def subjects(*, outcome: str, user: User | None, filters: LeadFilters, now: datetime) -> tuple[list[Subject], Rate]:
    """And all leads together. Three queries, whatever there is."""
    since = (now - RECENT).astimezone(filters.zone).date()
    sums: dict[str, Any] = {
        "leads": LEADS,
        "met": Count("pk", filter=OUTCOMES[outcome]),
        "recent": Count("pk", filter=Q(began_on__gte=since)),
    }
    efforts = counted(*GROUPS.values(), user=user, filters=filters, **sums)
    exposures = counted("exposed", "arms", user=user, filters=filters, only=EXPOSED, **sums)
    total = Tally()
    for row in efforts:
        total.add(row)
    found = [*_efforts(efforts, filters), *_exposures(exposures)]
    return found, wilson(total.met, total.leads)


EXPOSED = ~Q(exposed="") | ~Q(arms="")


def _efforts(rows: list[dict[str, Any]], filters: LeadFilters) -> Iterator[Subject]:
    for kind, by in GROUPS.items():
        tallies: dict[Any, Tally] = defaultdict(Tally)
        for row in rows:
            tallies[row[kind]].add(row)
        for pk, tally in tallies.items():
            if pk is not None:
                label = group_of(pk, by=by, filters=filters).label
                yield Subject(kind, pk, label, wilson(tally.met, tally.leads), tally.recent)


def _exposures(rows: list[dict[str, Any]]) -> Iterator[Subject]:
    """Each lead once for each thing it was exposed to."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        for token in tokens(row["exposed"] + row["arms"]):
            tallies[token].add(row)
    for kind, pk, label, among in _named(tallies):
        tally = tallies[f"{LETTERS[kind]}{pk}"]
        yield Subject(kind, pk, label, wilson(tally.met, tally.leads), tally.recent, f"{kind}:{among}" if among else "")


LETTERS = {"question": "q", "sequence": "e", "step": "s", "variant": "a"}


def _named(known: Iterable[str]) -> Any:
    """Kind, id, name and what it is compared within. One query."""
    version = Concat("name", Value(" v"), "version", output_field=CharField())
    place = Concat(
        "sequence__name", Value(" v"), "sequence__version", Value(", step "), F("position") + 1,
        output_field=CharField(),
    )  # fmt: skip
    arm = Concat("experiment__name", Value(": "), "name", output_field=CharField())
    nothing = Value("")
    parts = [
        _part("question", Question, "text", nothing, known),
        _part("sequence", Sequence, version, nothing, known),
        _part("step", Step, place, "sequence_id", known),
        _part("variant", Arm, arm, "experiment_id", known),
    ]
    return parts[0].union(*parts[1:], all=True)


def _part(kind: str, model: Any, label: Any, among: Any, known: Iterable[str]) -> QuerySet[Any, Any]:
    ids = [int(token[1:]) for token in known if token[0] == LETTERS[kind]]
    named = model.objects.filter(pk__in=ids).order_by()
    return named.values_list(Value(kind), "pk", Cast(label, TextField()), Cast(among, TextField()))
