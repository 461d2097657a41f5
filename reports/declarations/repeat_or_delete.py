"""What works, and what does not? Repeat the one, delete the other."""

from decimal import Decimal
from typing import Any, ClassVar

import django_filters as filters

from reports import charts, exposed
from reports.declarations.common import OBSERVED
from reports.declarations.verdicts import (
    DELETE,
    MINIMUM_VERDICT,
    ORDER,
    REPEAT,
    TOO_FEW,
    WATCH,
    Judged,
    judged,
    known_by,
)
from reports.filters import LeadFilters
from reports.grouping import By, Group
from reports.models import Ruling
from reports.queries.subjects import RECENT, Subject, Tally, subjects
from reports.queries.things import Thing
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.wording import listed

KINDS = {
    "source": "Source", "campaign": "Campaign", "form": "Form", "question": "Question",
    "holdout": "Sequence, by hold-out", "sequence": "Sequence version", "step": "Step", "variant": "Variant",
}  # fmt: skip
STOPPABLE = ("source", "campaign", "form", "holdout", "sequence", "variant")
OUTCOMES = {"won": "Won", "qualified": "Qualified"}
EACH = {"won": "sale", "qualified": "qualified lead"}


class RepeatFilters(LeadFilters):
    groupings = (By.SUBJECT,)
    manner: ClassVar[tuple[str, ...]] = ("by", "outcome", "of")
    outcome = filters.ChoiceFilter(
        label="Measured by", choices=list(OUTCOMES.items()), empty_label=None, null_label=None, method="leave"
    )
    of = filters.ChoiceFilter(label="Of what", choices=list(KINDS.items()), empty_label="Everything", method="leave")


RULE = (
    f"From {MINIMUM_VERDICT} leads of its own and as many of the rest. Repeat: better than the rest beyond chance, "
    "after Holm's correction for all comparisons of this report (p below 0.05). Delete: worse, likewise. Keep "
    "watching: everything else, until the day that is named. A sequence that holds leads out is judged by those alone. "
    "Cost decides nothing by itself, for it has no interval: what is better and costs more for each is named as such."
)
COLUMNS = [
    Column("kind", "What", Kind.TEXT),
    Column("verdict", "Verdict", Kind.VERDICT, RULE),
    Column("leads", "Leads", narrows={}, means=(
        "That came by it (sources, campaigns, first forms), answered it (questions), were enrolled in it (sequences), "
        "got it (steps: sent e-mails and calls made) or were drawn into it (variants, hold-outs)."
    )),
    Column("rate", "Rate", Kind.SHARE, "Of these leads, won (or qualified, as chosen above)."),
    Column("rest", "Of the rest", Kind.SHARE, (
        "The same of all other leads of this report; for a step of the other leads of its sequence, for a variant of "
        "the other groups of its test, for a hold-out of the leads that were held out."
    )),
    Column("difference", "Effect", Kind.POINTS, "The rate minus the rest's, in percentage points."),
    Column("low", "Corrected interval", Kind.POINTS, high="high",
           means="Newcombe's, at the level that Holm's procedure gives the comparison: wider than 95 %."),
    Column("p_holm", "p, corrected", Kind.P, "Two-proportion test, corrected by S. Holm's method."),
    Column("known_by", "Known by", Kind.TEXT, (
        "When there will be enough leads to show the effect seen now, or to reach the minimum, at the rate of the last "
        f"{RECENT.days} days. In four cases of five, if the effect is real."
    )),
    Column("cost", "Cost", Kind.MONEY, (
        "The leads' shares of what their campaigns cost, in the company's currency; of sources, campaigns and forms. "
        "Empty where no cost is known."
    )),
    Column("cost_each", "Cost of each", Kind.MONEY, "Cost divided by the sales (or qualified leads) among them."),
    Column("rest_cost_each", "Of each of the rest", Kind.MONEY, "The same of all other leads of this report."),
    Column("state", "State", Kind.TEXT, "Whether it still runs, and when and by whom it was stopped here."),
    Column("detectable", "Smallest it could show", Kind.POINTS,
           "The smallest difference from the rest that this many leads show in four cases of five."),
]  # fmt: skip


def build(scope: Scope) -> Findings:
    outcome = scope.filters.setting("outcome") or "won"
    found, total = subjects(outcome=outcome, user=scope.user, filters=scope.filters, now=scope.now)
    lines = _lines(list(judged(found, total.rate, wanted=scope.filters.setting("of"))), total, scope)
    table = Table("rows", f"{OUTCOMES[outcome]}: against the rest", "subject", COLUMNS, lines, note=RULE, linked=True)
    compared = [line for line in lines if line.cells["difference"] is not None]
    chart = charts.dots(scope, compared, value="difference", unit="points", reference=(0.0, "no difference"))
    caution = f"{OBSERVED} Only variants and hold-outs were drawn at random."
    return Findings([table], _sentences(lines, EACH[outcome]), chart, caution)


def _lines(found: list[Judged], total: Tally, scope: Scope) -> list[Line]:
    stopped, today = _stopped(), scope.now.astimezone(scope.filters.zone).date()
    lines = []
    for each in found:
        subject = each.subject
        ruling = stopped.get((subject.kind, subject.pk))
        cells = _cells(each) | _costs(subject, total) | {
            "known_by": known_by(each, today=today), "state": _state(subject.thing, ruling)
        }  # fmt: skip
        lines.append(_line(each, cells, exposed.link(scope.filters, subject.kind, subject.pk)))
    return sorted(lines, key=lambda line: (ORDER.index(line.cells["verdict"]), -line.cells["leads"], line.key))


def _line(found: Judged, cells: dict[str, Any], href: str) -> Line:
    subject = found.subject
    stoppable = subject.thing.runs and subject.kind in STOPPABLE
    return Line(
        subject.thing.label, cells, key=f"{subject.kind}:{subject.pk}", few=found.verdict == TOO_FEW,
        group=_group(subject), href=href, action={"kind": subject.kind, "pk": subject.pk} if stoppable else {},
    )  # fmt: skip


def _group(subject: Subject) -> Group | None:
    """What the list of leads can be narrowed to."""
    by = LISTED.get(subject.kind)
    return Group(by, str(subject.pk), subject.thing.label, str(subject.pk)) if by else None


LISTED = {"source": By.SOURCE, "campaign": By.CAMPAIGN, "form": By.FORM, "variant": By.ARM, "holdout": By.ARM}


def _cells(found: Judged) -> dict[str, Any]:
    rate, effect = found.subject.rate, found.effect
    return {
        "kind": KINDS[found.subject.kind], "leads": rate.leads, "won": rate.won, "rate": rate.rate,
        "rest": found.rest.rate, "difference": effect.difference if effect else None,
        "low": effect.low if effect else None, "high": effect.high if effect else None, "p_holm": found.p,
        "verdict": found.verdict, "detectable": found.detectable,
    }  # fmt: skip


def _costs(subject: Subject, total: Tally) -> dict[str, Any]:
    if subject.cost is None:
        return {}
    rest = total.cost - subject.cost
    return {
        "cost": _cents(subject.cost), "cost_each": _each(subject.cost, subject.rate.won),
        "rest_cost_each": _each(rest, total.met - subject.rate.won) if rest else None,
    }  # fmt: skip


def _each(cost: Decimal, count: int) -> Decimal | None:
    return _cents(cost / count) if count else None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _state(thing: Thing, ruling: Ruling | None) -> str:
    told = f"Stopped {ruling.at:%d %b %Y} by {ruling.by}" if ruling else ""
    if thing.kind not in STOPPABLE or not (thing.runs or thing.kind != "variant" or told):
        return ""
    if thing.runs:
        return f"Runs again. {told}" if told else "Runs"
    return told or "Off"


def _stopped() -> dict[tuple[str, int], Ruling]:
    """The newest ruling of each subject. One query."""
    rulings = Ruling.objects.select_related("by").order_by("at", "pk")
    return {(ruling.kind, ruling.subject_id): ruling for ruling in rulings}


def _sentences(lines: list[Line], each: str) -> list[str]:
    if not lines:
        return []
    told = []
    for verdict, words in (
        (DELETE, "Worse than the rest beyond chance"),
        (REPEAT, "Better than the rest beyond chance"),
    ):
        named = [f"{line.cells['kind'].lower()} “{line.label}”" for line in lines if line.cells["verdict"] == verdict]
        if named:
            told.append(f"{words}: {listed(named[:6])}{f' and {len(named) - 6} more' if len(named) > 6 else ''}.")
    dear = [line for line in lines if line.cells["verdict"] == REPEAT and _costs_more(line)]
    if dear:
        names = listed([f"{line.cells['kind'].lower()} “{line.label}”" for line in dear[:6]])
        told.append(f"Better, and dearer for each {each} than the rest: {names}.")
    watched = sum(line.cells["verdict"] == WATCH for line in lines)
    few = sum(line.cells["verdict"] == TOO_FEW for line in lines)
    told.append(f"{watched} to keep watching, {few} with fewer than {MINIMUM_VERDICT} leads on one of the sides.")
    return told


def _costs_more(line: Line) -> bool:
    ours, theirs = line.cells.get("cost_each"), line.cells.get("rest_cost_each")
    return ours is not None and theirs is not None and ours > theirs


REPORT = Report(
    name="repeat-or-delete",
    title="Repeat or delete",
    question="What works, and what does not?",
    icon="scale",
    filters=RepeatFilters,
    build=build,
    definitions={"Verdict": RULE},
    chart_key="Mark: effect against the rest. Whisker: corrected interval. Hollow: too few for a verdict.",
    shown="outcome of since until source",
)
