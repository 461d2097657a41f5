"""A finished back-test as its page shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from crm.people.models import Role, User
from leads.facts import definition_of
from leads.models import Lead, PolicyStatus
from reports.back_tests import wording
from reports.back_tests.figures import RECENT_WEEKS, Estimate, Figures, Load, Measures
from reports.back_tests.running import as_json
from reports.back_tests.tally import Tally
from reports.models import BackTest, Flip
from reports.statistics import Rate
from reports.wording import UNKNOWN, percent

FIRST_FLIPS = 8


@dataclass(frozen=True)
class Line:
    """One measure, of both policies, and how they differ."""

    name: str
    draft: str
    other: str = ""
    difference: str = ""


@dataclass(frozen=True)
class Flips:
    """``first``: some of them, those that were won before the others."""

    way: str
    title: str
    text: str
    count: int
    won: int
    first: list[Flip]


@dataclass(frozen=True)
class Shown:
    figures: Figures
    sentences: list[str]
    lines: list[Line]
    flips: list[Flips]
    chart: dict[str, Any]
    remarks: list[str]


def shown(back_test: BackTest, *, user: User) -> Shown:
    """``back_test`` must have figures."""
    figures = figures_of(back_test)
    return Shown(
        figures,
        list(wording.sentences(figures)),
        list(lines_of(figures)),
        list(_flips(back_test, figures, user)) if figures.other else [],
        _chart(figures),
        list(_remarks(back_test, figures.tally)),
    )


def figures_of(back_test: BackTest) -> Figures:
    """``back_test`` must have figures. One query: how many reps there are to take the leads."""
    reps = User.objects.filter(role=Role.REP, is_active=True).count()
    return Figures(Tally.from_json(back_test.figures or {}), reps, against=back_test.compared_with is not None)


def flips_of(back_test: BackTest, *, gained: bool, user: User) -> QuerySet[Flip]:
    visible = back_test.flips.filter(gained=gained, lead__in=Lead.objects.visible_to(user))
    return visible.select_related("lead").order_by("-won", "-lead_id")


def _remarks(back_test: BackTest, tally: Tally) -> Iterator[str]:
    if back_test.definition != as_json(definition_of(back_test.policy)):
        yield "The policy was changed after this back-test: test it again."
    if back_test.compared_with and back_test.compared_with.status != PolicyStatus.ACTIVE:
        yield f"“{back_test.compared_with}”, which it was compared with, is no longer in force."
    if tally.unremembered:
        yield (
            f"Of {tally.unremembered:,} leads nobody wrote down what their fields were when they first inquired: "
            "today's were taken. Answers are always those of then."
        )


def lines_of(figures: Figures) -> Iterator[Line]:
    draft, other = figures.draft, figures.other
    yield _line("Qualified leads", draft, other, lambda one: f"{one.qualified:,} ({_rate(one.share)})")
    yield _line("Won among them", draft, other, lambda one: f"{one.won:,}")
    difference = _or_unknown(figures.precision_difference, wording.points)
    yield _line("Precision", draft, other, lambda one: _with_limits(one.precision), difference)
    difference = _or_unknown(figures.recall_difference, wording.points)
    yield _line("Recall", draft, other, lambda one: _with_limits(one.recall), difference)
    difference = _or_unknown(figures.lift_over_other, wording.times)
    yield _line("Lift over all leads", draft, other, lambda one: _or_unknown(one.lift, wording.times), difference)
    yield _line("Leads per rep and week", draft, other, lambda one: _load(one.load))


def _line(name: str, draft: Measures, other: Measures | None, cell: Any, difference: str = "") -> Line:
    return Line(name, cell(draft), cell(other) if other else "", difference if other else "")


def _rate(rate: Rate) -> str:
    return UNKNOWN if rate.rate is None else f"{percent(rate.rate)} %"


def _with_limits(rate: Rate) -> str:
    if rate.rate is None or rate.low is None or rate.high is None:
        return UNKNOWN
    return f"{percent(rate.rate)} % ({percent(rate.low)} to {percent(rate.high)})"


def _or_unknown(found: Estimate | None, written: Any) -> str:
    return UNKNOWN if found is None else written(found)


def _load(load: Load) -> str:
    if load.always is None or load.recently is None:
        return UNKNOWN
    return f"{load.always:.1f} (last {RECENT_WEEKS} weeks: {load.recently:.1f})"


def _flips(back_test: BackTest, figures: Figures, user: User) -> Iterator[Flips]:
    ways = {
        "gained": (True, "Would qualify now", "The draft qualifies them, the active policy did not."),
        "lost": (False, "Would no longer qualify", "The active policy qualifies them, the draft does not."),
    }
    for way, (gained, title, text) in ways.items():
        cell = {"draft": gained, "other": not gained}
        count, won = figures.tally.count(**cell), figures.tally.count(**cell, won=True)
        yield Flips(way, title, text, count, won, list(flips_of(back_test, gained=gained, user=user)[:FIRST_FLIPS]))


def _chart(figures: Figures) -> dict[str, Any]:
    sides = [("draft", figures.draft), *([("active policy", figures.other)] if figures.other else [])]
    rates = [(f"{name}, {side}", getattr(one, name.lower())) for name in ("Precision", "Recall") for side, one in sides]
    return {
        "kind": "dots",
        "name": "close-rates",
        "overall": {"rate": figures.all_leads.rate},
        "by": "measure",
        "unit": "share",
        "reference": figures.all_leads.rate,
        "reference_label": "all leads",
        "rows": [_mark(label, rate) for label, rate in rates if rate.rate is not None],
    }


def _mark(label: str, rate: Rate) -> dict[str, Any]:
    return {
        "key": label,
        "label": label,
        "value": rate.rate,
        "rate": rate.rate,
        "leads": rate.leads,
        "won": rate.won,
        "low": rate.low,
        "high": rate.high,
        "n": rate.leads,
        "enough": rate.enough,
        "ripe": True,
        "href": "",
    }
