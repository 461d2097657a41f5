"""How long until leads become customers, and what may young cohorts still bring?"""

from itertools import combinations
from typing import Any

from reports import charts
from reports.declarations.common import DEFINITIONS, LEAD, OBSERVED
from reports.filters import LeadFilters
from reports.grouping import By, Group
from reports.order import in_order
from reports.queries.times import times_to_close
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import MINIMUM_SAMPLE, wilson
from reports.statistics.rates import holm
from reports.statistics.survival import Point, Times, Watched, curve, log_rank
from reports.wording import percent, probability

HORIZONS = (30, 90, 180, 365)
MOST_COMPARED = 8


class TimeToCloseFilters(LeadFilters):
    groupings = (By.PATH, By.MONTH, By.SOURCE, By.CAMPAIGN, By.FORM, By.TERRITORY, By.TEAM, By.REP, By.TIME_FRAME)


COLUMNS = [
    Column("leads", "Leads", means=f"{LEAD} Only leads with an inquiry: the clock starts there.", narrows={}),
    Column("won", "Won so far", means="As in the close rates.", narrows={"won": "yes"}),
    *(
        column
        for days in HORIZONS
        for column in (
            Column(
                f"within_{days}", f"Won within {days} d", Kind.SHARE,
                "Share won within so many days of the first inquiry, by Kaplan and Meier: leads that are "
                "still open count "
                "for as long as they were watched. Empty where nobody was watched for so long.",
            ),
            Column(
                f"low_{days}", f"95 % interval, {days} d", Kind.SHARE, high=f"high_{days}",
                means="Greenwood's, exponential form: pointwise. While none is won: Wilson's, of those still watched.",
            ),
        )
    ),
    Column("watched", "Longest watched, days", Kind.DAYS,
           "Days since the oldest first inquiry of the row, or to its win."),
]  # fmt: skip
COMPARED = [
    Column(
        "p", "Log-rank p", Kind.P,
        "How often chance alone would make the two curves differ this much, if they were the same.",
    ),
    Column("p_holm", "p, corrected", Kind.P, "Corrected for all comparisons of this table by S. Holm's method."),
]  # fmt: skip


def build(scope: Scope) -> Findings:
    times = times_to_close(by=scope.by, user=scope.user, filters=scope.filters, now=scope.now)
    ordered = in_order(times, scope.by)
    found = [(group, each, curve(each)) for group, each in ordered]
    lines = [_line(group, each, points) for group, each, points in found]
    table = Table("rows", "Time to close", scope.by, COLUMNS, lines, linked=True)
    compared = _compared(ordered, scope)
    series = [_series(group, each, points) for group, each, points in found if points and each.leads >= MINIMUM_SAMPLE]
    caution = (
        f"{OBSERVED} Dashed: fewer than {MINIMUM_SAMPLE} leads are still watched there, so the curve may yet turn."
    )
    more = [Table("log_rank", "Curves compared", "comparison", COMPARED, compared)] if compared else []
    return Findings([table, *more], _sentences(lines, compared), charts.curves(scope, series), caution)


def _line(group: Group, times: Times, points: list[Point]) -> Line:
    longest = max((*times.won, *times.open), default=0)
    cells: dict[str, Any] = {"leads": times.leads, "won": times.won.total(), "watched": longest}
    watched = Watched(times)
    for days in HORIZONS:
        reached = [point for point in points if point.day <= days]
        if longest >= days:
            none = wilson(0, watched[days])
            last = reached[-1] if reached else Point(0, 0.0, none.low, none.high, 0)
            cells |= {f"within_{days}": last.share, f"low_{days}": last.low, f"high_{days}": last.high}
    return Line(group.label, cells, key=group.key, group=group, few=times.leads < MINIMUM_SAMPLE)


def _compared(ordered: list[tuple[Group, Times]], scope: Scope) -> list[Line]:
    """Each two of the groups that have enough leads and a win; of many only the largest."""
    large = [(group, each) for group, each in ordered if each.leads >= MINIMUM_SAMPLE and each.won]
    if len(large) > MOST_COMPARED:
        large = sorted(large, key=lambda pair: -pair[1].leads)[:MOST_COMPARED]
    pairs = [(a, b, log_rank(first, second)) for (a, first), (b, second) in combinations(large, 2)]
    known = [(a, b, p) for a, b, p in pairs if p is not None]
    corrected = holm([p for _, _, p in known])
    return [
        Line(
            f"{a.label} against {b.label.lower() if scope.by == By.PATH else b.label}",
            {"p": p, "p_holm": fair},
            key=f"{a.key}:{b.key}",
        )
        for (a, b, p), fair in zip(known, corrected, strict=True)
    ]


def _series(group: Group, times: Times, points: list[Point]) -> dict[str, Any]:
    return {
        "key": group.key,
        "label": group.label,
        "n": times.leads,
        "ripe": True,
        "points": [[point.day, point.share, point.low, point.high, point.at_risk] for point in points],
    }


def _sentences(lines: list[Line], compared: list[Line]) -> list[str]:
    known = [line for line in lines if not line.few and line.cells.get("within_90") is not None and line.cells["won"]]
    told = [
        f"{line.label}: {percent(line.cells['within_90'])} % are won within 90 days of the first inquiry"
        f"{_between(line)}, of {line.cells['leads']:,} leads."
        for line in known[:4]
    ]
    if not told:
        told = [f"Too few or too young to say: {MINIMUM_SAMPLE} leads of a group, watched for 90 days, are needed."]
    sure = [line for line in compared if line.cells["p_holm"] < 0.05]
    if compared:
        shown = "; ".join(f"{line.label} ({probability(line.cells['p_holm'])})" for line in sure[:4])
        told.append(f"Curves that differ beyond chance: {shown}." if sure else "No two curves differ beyond chance.")
    return told


def _between(line: Line) -> str:
    low, high = line.cells.get("low_90"), line.cells.get("high_90")
    return "" if low is None or high is None else f" ({percent(low)} to {percent(high)} %)"


REPORT = Report(
    name="time-to-close",
    title="Time to close",
    question="How long until leads become customers, and what may young leads still bring?",
    icon="chart-line",
    filters=TimeToCloseFilters,
    build=build,
    definitions=DEFINITIONS,
    chart_key="Steps: share won so far. Dotted: 95 % interval. Dashed: few leads are still watched.",
)
