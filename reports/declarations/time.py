"""What do qualified leads cost in time, and does it pay to be quick?"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from reports import charts
from reports.declarations.common import DEFINITIONS, LEADS, OBSERVED, RATE, WILSON, WON, rate_cells
from reports.filters import LeadFilters
from reports.grouping import By, Group
from reports.order import in_order
from reports.queries.effort import effort
from reports.queries.times import days_of_steps, days_to_win
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import MINIMUM_SAMPLE, Rate, wilson
from reports.statistics.survival import Times, quantiles
from reports.wording import with_interval

WITHIN = (7, 30, 60, 90)
SHARES = {"p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
SPEEDS = {"m5": "Within 5 minutes", "h1": "Within an hour", "h4": "Within 4 hours", "d1": "Within a day",
          "later": "Later", "never": "Not accepted"}  # fmt: skip
HOUR = 3600


class TimeFilters(LeadFilters):
    groupings = (By.PATH, By.SOURCE, By.CAMPAIGN, By.MONTH, By.FORM, By.TERRITORY, By.TEAM, By.REP, By.TIME_FRAME)


CYCLE = (
    "Calendar days in the company's zone from the first inquiry to the day the opportunity was won; of won "
    "leads with an "
    "inquiry. Below zero: won before the inquiry that is on record."
)
COLUMNS = [
    Column("won", "Won", means="Won leads that have an inquiry.", narrows={"won": "yes"}),
    Column("min", "Shortest", Kind.DAYS, CYCLE),
    Column("p25", "A quarter within", Kind.DAYS, "25th percentile of the days."),
    Column("median", "Median days", Kind.DAYS, "Half of the won leads took no longer."),
    Column("p75", "Three quarters within", Kind.DAYS, "75th percentile of the days."),
    Column("p90", "Nine of ten within", Kind.DAYS, "90th percentile of the days."),
    Column("max", "Longest", Kind.DAYS),
    *(
        Column(f"won_within_{days}", f"Within {days} d", means=f"Won leads of at most {days} days.")
        for days in WITHIN
    ),
]  # fmt: skip
STEPS = {
    "ripening": ("From inquiry to sales", "to_sales"),
    "accepting": ("From sales to accepted", "to_accept"),
    "prospecting": ("From accepted to opportunity", "accepted_to_deal"),
    "closing": ("From opportunity to won", "deal_to_win"),
}
STEP_COLUMNS = [
    Column("leads", "Leads", means="That have both moments."),
    Column("p25", "A quarter within", Kind.DAYS),
    Column("median", "Median days", Kind.DAYS),
    Column("p75", "Three quarters within", Kind.DAYS),
    Column("p90", "Nine of ten within", Kind.DAYS),
]
SPEED_COLUMNS = [
    Column("leads", "Leads",
           means="Marketing-qualified leads, by the time until a rep first accepted them. Leads that a rep brought in "
           "were never waiting."),
    WON, RATE, WILSON,
]  # fmt: skip
EFFORT_COLUMNS = [
    LEADS,
    Column("called", "Leads called", means="At least one call was made."),
    Column("calls", "Calls", means="Attempts, whatever their outcome."),
    Column("hours", "Hours", Kind.NUMBER, "As logged with the calls."),
    Column("share", "Share of the calls", Kind.SHARE),
]
OUTCOMES = {"won": "Won", "open": "Still open", "closed": "Never closed: lost or disqualified"}


def build(scope: Scope) -> Findings:
    found = effort(by=scope.by, user=scope.user, filters=scope.filters)
    won = days_to_win(by=scope.by, user=scope.user, filters=scope.filters)
    times = {group: won.get(group, Times()) for group in found.groups}
    lines = [_line(group, each) for group, each in in_order(times, scope.by)]
    whole = Times()
    for each in times.values():
        whole.won += each.won
    table = Table(
        "rows", "Days from first inquiry to won", scope.by, COLUMNS, lines,
        Line("", _cells(whole.won), total=True), linked=True,
    )  # fmt: skip
    speeds, calls = found.speeds, found.calls
    steps = _steps(scope)
    tables = [
        table,
        Table("steps", "Step by step", "step", STEP_COLUMNS, steps),
        Table("speed", "Speed to lead against close rate", "accepted", SPEED_COLUMNS, _speeds(speeds)),
        Table("calls", "Calls, by what became of the lead", "outcome", EFFORT_COLUMNS, _effort(calls),
              note=_per_qualified(calls)),
    ]  # fmt: skip
    shown = [line for line in lines if line.cells["won"]]
    chart = charts.dots(scope, shown, value="median", low="p25", high="p75", n="won", unit="days")
    chart["interval"] = "Half of them"
    told = _sentences(whole, speeds, calls) if whole.won or any(rate.leads for rate in speeds.values()) else []
    return Findings(tables if lines else [table], told, chart, OBSERVED)


def _line(group: Group, times: Times) -> Line:
    few = times.won.total() < MINIMUM_SAMPLE
    return Line(group.label, _cells(times.won), key=group.key, group=group, few=few)


def _cells(days: Counter[int]) -> dict[str, Any]:
    found: Sequence[float | None] = quantiles(days, list(SHARES.values())) or [None] * len(SHARES)
    cells: dict[str, Any] = {"won": days.total(), "min": min(days, default=None), "max": max(days, default=None)}
    cells |= dict(zip(SHARES, found, strict=True))
    within = {limit: sum(count for day, count in days.items() if day <= limit) for limit in WITHIN}
    return cells | {f"won_within_{limit}": count for limit, count in within.items()}


def _steps(scope: Scope) -> list[Line]:
    took = {name: fact for name, (_, fact) in STEPS.items()}
    found = days_of_steps(took, user=scope.user, filters=scope.filters)
    return [Line(label, _cells(found[name]) | {"leads": found[name].total()}, key=name)
            for name, (label, _) in STEPS.items()]  # fmt: skip


def _speeds(speeds: dict[str, Rate]) -> list[Line]:
    return [
        Line(label, rate_cells(speeds[key]), key=key, few=not speeds[key].enough)
        for key, label in SPEEDS.items()
        if speeds[key].leads
    ]


def _effort(calls: dict[str, dict[str, int]]) -> list[Line]:
    total = sum(each["calls"] for each in calls.values())
    return [
        Line(label, {
            **calls[key], "hours": calls[key]["seconds"] / HOUR,
            "share": calls[key]["calls"] / total if total else None,
        }, key=key)
        for key, label in OUTCOMES.items()
    ]  # fmt: skip


def _per_qualified(calls: dict[str, dict[str, int]]) -> str:
    seconds, qualified = (sum(each[name] for each in calls.values()) for name in ("seconds", "qualified"))
    if not qualified:
        return ""
    return (
        f"Prospecting time: {seconds / 60 / qualified:.1f} minutes of calls for each of the {qualified:,} leads that "
        "qualified, calls to those that did not included."
    )


def _sentences(whole: Times, speeds: dict[str, Rate], calls: dict[str, dict[str, int]]) -> list[str]:
    told = []
    if whole.won:
        median, p90 = quantiles(whole.won, [0.5, 0.9]) or (0, 0)
        told.append(
            f"Half of the {whole.won.total():,} won leads were won within {median:g} days of the first "
            f"inquiry, nine of "
            f"ten within {p90:g}."
        )
    quick = _together(speeds, ("m5", "h1"))
    slow = _together(speeds, ("h4", "d1", "later"))
    if quick.enough and slow.enough:
        told.append(
            f"Leads accepted within an hour closed at {with_interval(quick)}, the others at {with_interval(slow)}."
        )
    else:
        told.append(
            f"Too few to say whether speed pays: {quick.leads} leads were accepted within an hour and "
            f"{slow.leads} later; "
            f"{MINIMUM_SAMPLE} of each are needed."
        )
    made = sum(each["calls"] for each in calls.values())
    if made:
        told.append(f"{calls['closed']['calls']:,} of {made:,} calls went to leads that never closed.")
    return told


def _together(speeds: dict[str, Rate], keys: tuple[str, ...]) -> Rate:
    return wilson(sum(speeds[key].won for key in keys), sum(speeds[key].leads for key in keys))


REPORT = Report(
    name="time",
    title="Time",
    question="How long does a sale take, what do qualified leads cost in calls, and does it pay to be quick?",
    icon="clock",
    filters=TimeFilters,
    build=build,
    definitions=DEFINITIONS,
    chart_key="Mark: median days from the first inquiry to the win. Whisker: the middle half of them.",
)
