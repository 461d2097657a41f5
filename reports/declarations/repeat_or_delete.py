"""What works, and what does not? Repeat the one, delete the other."""

import math
from collections import defaultdict
from datetime import date, timedelta
from typing import Any, ClassVar

import django_filters as filters

from reports import charts
from reports.declarations.common import OBSERVED
from reports.filters import LeadFilters
from reports.grouping import By
from reports.models import Ruling
from reports.queries.subjects import RECENT, Subject, subjects
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import Rate, difference, wilson
from reports.statistics.power import detectable, sample_needed
from reports.statistics.rates import compare, holm, holm_levels
from reports.wording import listed

# Below this many leads, or of the rest, there is no verdict.
MINIMUM_VERDICT = 100
FARTHEST = timedelta(days=5 * 365)
KINDS = {
    "source": "Source", "campaign": "Campaign", "form": "Form", "question": "Question", "sequence": "Sequence",
    "step": "Step", "variant": "Variant",
}  # fmt: skip
STOPPABLE = ("source", "campaign", "form", "sequence")
OUTCOMES = {"won": "Won", "qualified": "Qualified"}
REPEAT, WATCH, DELETE, TOO_FEW = "Repeat", "Keep watching", "Delete", "Too few"


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
    "watching: everything else."
)
COLUMNS = [
    Column("kind", "What", Kind.TEXT),
    Column("leads", "Leads", means=(
        "That came by it (sources, campaigns, first forms), answered it (questions), were enrolled in it (sequences), "
        "got it (steps: sent e-mails and calls made) or were drawn into it (variants)."
    )),
    Column("rate", "Rate", Kind.SHARE, "Of these leads, won (or qualified, as chosen above)."),
    Column("rest", "Of the rest", Kind.SHARE, (
        "The same of all other leads of this report; for a step of the other leads of its sequence, for a variant of "
        "the other groups of its test."
    )),
    Column("difference", "Effect", Kind.POINTS, "The rate minus the rest's, in percentage points."),
    Column("low", "Corrected interval", Kind.POINTS, high="high",
           means="Newcombe's, at the level that Holm's procedure gives the comparison: wider than 95 %."),
    Column("p_holm", "p, corrected", Kind.P, "Two-proportion test, corrected by S. Holm's method."),
    Column("verdict", "Verdict", Kind.VERDICT, RULE),
    Column("known_by", "Known by", Kind.TEXT, (
        "When there will be enough leads to show the effect seen now, or to reach the minimum, at the rate of the last "
        f"{RECENT.days} days. In four cases of five, if the effect is real."
    )),
    Column("detectable", "Smallest it could show", Kind.POINTS,
           "The smallest difference from the rest that this many leads show in four cases of five."),
    Column("state", "State", Kind.TEXT, "Whether it was stopped here, when and by whom."),
]  # fmt: skip


def build(scope: Scope) -> Findings:
    outcome = scope.filters.setting("outcome") or "won"
    found, total = subjects(outcome=outcome, user=scope.user, filters=scope.filters, now=scope.now)
    wanted = scope.filters.setting("of")
    rests = _rests(found, total)
    chosen = [subject for subject in found if not wanted or subject.kind == wanted]
    lines = _lines(chosen, rests, scope)
    table = Table("rows", f"{OUTCOMES[outcome]}: against the rest", "subject", COLUMNS, lines, note=RULE)
    compared = [line for line in lines if line.cells["difference"] is not None]
    chart = charts.dots(scope, compared, value="difference", unit="points", reference=(0.0, "no difference"))
    caution = f"{OBSERVED} Only variants were drawn at random."
    return Findings([table], _sentences(lines), chart, caution)


def _rests(found: list[Subject], total: Rate) -> dict[Subject, Rate]:
    """All leads but the subject's own. Steps: those of the sequence's enrollments, variants: those of the test."""
    enrolled = {f"step:{subject.pk}": subject.rate for subject in found if subject.kind == "sequence"}
    tests: dict[str, list[Rate]] = defaultdict(list)
    for subject in found:
        if subject.kind == "variant":
            tests[subject.among].append(subject.rate)
    whole = enrolled | {among: _sum(rates) for among, rates in tests.items()}
    return {subject: _without(whole.get(subject.among, total), subject.rate) for subject in found}


def _sum(rates: list[Rate]) -> Rate:
    return wilson(sum(rate.won for rate in rates), sum(rate.leads for rate in rates))


def _without(whole: Rate, part: Rate) -> Rate:
    return wilson(max(whole.won - part.won, 0), max(whole.leads - part.leads, 0))


def _lines(chosen: list[Subject], rests: dict[Subject, Rate], scope: Scope) -> list[Line]:
    enough = [subject for subject in chosen if _enough(subject.rate, rests[subject])]
    ps = [compare(subject.rate, rests[subject]).p for subject in enough]
    fair = {
        subject: (p, level) for subject, p, level in zip(enough, holm(ps), holm_levels(ps), strict=True)
    }  # fmt: skip
    stopped = _stopped()
    lines = [_line(subject, rests[subject], fair.get(subject), stopped, scope) for subject in chosen]
    return sorted(lines, key=lambda line: (ORDER.index(line.cells["verdict"]), -line.cells["leads"], line.key))


ORDER = (DELETE, REPEAT, WATCH, TOO_FEW)


def _enough(rate: Rate, rest: Rate) -> bool:
    return min(rate.leads, rest.leads) >= MINIMUM_VERDICT


def _line(
    subject: Subject, rest: Rate, fair: tuple[float, float] | None, stopped: dict[tuple[str, int], Ruling], scope: Scope
) -> Line:
    p, level = fair or (None, 0.05)
    rate = subject.rate
    found = difference(rate, rest, alpha=level) if rate.leads and rest.leads else None
    verdict = _verdict(found.difference if found else 0, p)
    ruling = stopped.get((subject.kind, subject.pk))
    cells: dict[str, Any] = {
        "kind": KINDS[subject.kind], "leads": rate.leads, "won": rate.won, "rate": rate.rate, "rest": rest.rate,
        "difference": found.difference if found else None, "low": found.low if found else None,
        "high": found.high if found else None, "p_holm": p, "verdict": verdict,
        "known_by": _known_by(subject, rest, verdict, level, scope.now.date()),
        "detectable": detectable(rate.leads, rest, alpha=level),
        "state": f"Stopped {ruling.at:%d %b %Y} by {ruling.by}" if ruling else "",
    }  # fmt: skip
    action = {"kind": subject.kind, "pk": subject.pk} if subject.kind in STOPPABLE and not ruling else {}
    return Line(
        subject.label, cells, key=f"{subject.kind}:{subject.pk}", few=verdict == TOO_FEW, action=action
    )  # fmt: skip


def _verdict(effect: float, p: float | None) -> str:
    if p is None:
        return TOO_FEW
    if p >= 0.05:
        return WATCH
    return REPEAT if effect > 0 else DELETE


def _known_by(subject: Subject, rest: Rate, verdict: str, level: float, today: date) -> str:
    if verdict in (REPEAT, DELETE):
        return "Known"
    if not (subject.rate.leads and rest.leads):
        return "No leads yet"
    needed = max(sample_needed(subject.rate, rest, alpha=level) or 0, MINIMUM_VERDICT)
    missing = needed - subject.rate.leads
    a_day = subject.recent / RECENT.days
    if sample_needed(subject.rate, rest, alpha=level) is None:
        return "No difference so far"
    if not a_day:
        return f"{missing:,} more leads; none came lately"
    days = math.ceil(max(missing, 0) / a_day)
    if days > FARTHEST.days:
        return f"{missing:,} more leads: not within 5 years"
    return f"{today + timedelta(days=days):%d %b %Y}" if missing > 0 else "Any day: the effect is near the limit"


def _stopped() -> dict[tuple[str, int], Ruling]:
    """The newest ruling of each subject. One query."""
    rulings = Ruling.objects.select_related("by").order_by("at", "pk")
    return {(ruling.kind, ruling.subject_id): ruling for ruling in rulings}


def _sentences(lines: list[Line]) -> list[str]:
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
    watched = sum(line.cells["verdict"] == WATCH for line in lines)
    few = sum(line.cells["verdict"] == TOO_FEW for line in lines)
    told.append(f"{watched} to keep watching, {few} with fewer than {MINIMUM_VERDICT} leads.")
    return told


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
