"""How far do leads come, how long does each step take, and where do they drop out?"""

from collections import Counter
from typing import Any

from crm.opportunities.models import Status
from leads.models import ReasonPurpose, Stage
from leads.populations import Reached
from reports import charts
from reports.declarations.common import DEFINITIONS, LEADS, WON
from reports.filters import LeadFilters
from reports.grouping import By, Row
from reports.links import lead_list
from reports.order import in_reading_order
from reports.queries.funnel import Counts, drop_offs, funnel
from reports.queries.times import days_of_steps
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import wilson
from reports.statistics.survival import quantiles
from reports.wording import percent


class FunnelFilters(LeadFilters):
    groupings = (
        By.MONTH, By.WEEK, By.PATH, By.SOURCE, By.CAMPAIGN, By.FORM, By.TERRITORY, By.TEAM, By.REP, By.TIME_FRAME,
    )  # fmt: skip


SKIPPED = "Leads that skipped the step and came further count as well, so that no step is larger than the one before."
COLUMNS = [
    LEADS,
    Column("mql", "Reached sales", means=f"Marketing-qualified, or passed to sales in another way. {SKIPPED}",
           narrows={"reached": Reached.MQL.value}),
    Column("sal", "Accepted", means=f"A rep took the lead over at some time (SAL). {SKIPPED}",
           narrows={"reached": Reached.SAL.value}),
    Column("sql", "Vetted", means=f"Sales vetted it at some time (SQL). {SKIPPED}",
           narrows={"reached": Reached.SQL.value}),
    Column("opportunity", "Opportunity", means="Converted into an opportunity, whatever became of it.",
           narrows={"reached": Reached.OPPORTUNITY.value}),
    WON,
]  # fmt: skip
# step, its name, the column before it, and the fact that says how many days it took
STEPS = [
    ("mql", "Reached sales", "leads", "to_sales"),
    ("sal", "Accepted", "mql", "to_accept"),
    ("sql", "Vetted", "sal", "to_vet"),
    ("opportunity", "Opportunity", "sql", "vetted_to_deal"),
    ("won", "Won", "opportunity", "deal_to_win"),
]
STEP_COLUMNS = [
    Column("leads", "Leads", means="How many came as far as this step."),
    Column("of_before", "Of the step before", Kind.SHARE, "Share of the leads that came as far as the step before."),
    Column("low", "95 % interval", Kind.SHARE, "By Wilson's method.", high="high"),
    Column("of_all", "Of all", Kind.SHARE, "Share of all leads of this report."),
    Column("median_days", "Median days", Kind.DAYS,
           "Between the two moments, in calendar days of the company's zone; of leads that have both."),
    Column("p90_days", "Nine of ten within, days", Kind.DAYS, "The same, 90th percentile."),
]  # fmt: skip
DROPPED = [
    Column("kind", "What happened", Kind.TEXT),
    Column("stage", "At", Kind.TEXT, "The stage that the lead was in."),
    Column("leads", "Leads", means="Each lead once for each reason and stage, also if it came back and left again."),
]
KINDS = {
    ReasonPurpose.DISQUALIFY.value: "Disqualified", ReasonPurpose.RECYCLE.value: "Back to nurture",
    Status.LOST.value: "Opportunity lost",
}  # fmt: skip


def build(scope: Scope) -> Findings:
    rows = in_reading_order(funnel(by=scope.by, user=scope.user, filters=scope.filters), scope.by)
    total = _total(rows)
    lines = [Line(row.group.label, row.figures, key=row.group.key, group=row.group) for row in rows]
    table = Table("rows", "Funnel", scope.by, COLUMNS, lines, Line("", total, total=True), linked=True)
    steps = _steps(total, scope) if total["leads"] else []
    reasons = _reasons(scope)
    more = [
        Table("steps", "Step by step", "step", STEP_COLUMNS, steps),
        Table("reasons", "Why they dropped out", "reason", DROPPED, reasons),
    ]
    chart = charts.bars(scope, [_bar(line, scope) for line in steps])
    return Findings([table, *more], _sentences(total, steps, reasons), chart, CAUTION)


CAUTION = "Young cohorts are still on their way: their later steps will fill."


def _total(rows: list[Row[Counts]]) -> Counts:
    names = [column.name for column in COLUMNS]
    return {name: sum(row.figures[name] for row in rows) for name in names}


def _steps(total: Counts, scope: Scope) -> list[Line]:
    first = Line("Inquired", {"leads": total["leads"], "of_all": 1.0}, key="leads")
    took = {name: fact for name, _, _, fact in STEPS}
    days = days_of_steps(took, user=scope.user, filters=scope.filters)
    return [first, *(_step(total, name, label, before, days[name]) for name, label, before, _ in STEPS)]


def _step(total: Counts, name: str, label: str, before: str, days: Counter[int]) -> Line:
    rate = wilson(total[name], total[before])
    median, p90 = quantiles(days, [0.5, 0.9]) or (None, None)
    cells = {
        "leads": total[name], "of_before": rate.rate, "low": rate.low, "high": rate.high,
        "of_all": total[name] / total["leads"], "median_days": median, "p90_days": p90,
    }  # fmt: skip
    return Line(label, cells, key=name, few=not rate.enough)


def _reasons(scope: Scope) -> list[Line]:
    rows = drop_offs(user=scope.user, filters=scope.filters)
    return [
        Line(
            row["name"],
            {"kind": KINDS[row["kind"]], "stage": _stage(row["at_stage"]), "leads": row["leads"]},
            key=f"{row['kind']}:{row['at_stage']}:{row['name']}",
        )
        for row in rows
    ]


def _stage(stage: str) -> str:
    return str(Stage(stage).label) if stage in Stage.values else "Opportunity"


def _bar(line: Line, scope: Scope) -> dict[str, Any]:
    share, days = line.cells.get("of_before"), line.cells.get("median_days")
    note = "" if share is None else f"{percent(share)} %"
    if days is not None:
        note += f", median {days:g} d"
    narrowed = {"leads": {}, "won": {"won": "yes"}}.get(line.key, {"reached": line.key})
    href = lead_list(scope.filters, None, **narrowed)
    return {"key": line.key, "label": line.label, "value": line.cells["leads"], "note": note, "href": href}


def _sentences(total: Counts, steps: list[Line], reasons: list[Line]) -> list[str]:
    if not total["leads"]:
        return []
    told = [
        f"Of {total['leads']:,} leads {total['mql']:,} reached sales, {total['sal']:,} were accepted, "
        f"{total['opportunity']:,} became opportunities and {total['won']:,} were won."
    ]
    narrow = [line for line in steps if line.cells.get("of_before") is not None and not line.few]
    if narrow:
        least = min(narrow, key=lambda line: line.cells["of_before"])
        told.append(
            f"The narrowest step is “{least.label.lower()}”: {percent(least.cells['of_before'])} % of those before it "
            f"({percent(least.cells['low'])} to {percent(least.cells['high'])} %)."
        )
    if reasons:
        most = max(reasons, key=lambda line: line.cells["leads"])
        told.append(f"The most frequent reason to drop out is “{most.label}”: {most.cells['leads']:,} leads.")
    return told


REPORT = Report(
    name="funnel",
    title="Funnel",
    question="How far do leads come, how long does each step take, and where do they drop out?",
    icon="filter",
    filters=FunnelFilters,
    build=build,
    definitions=DEFINITIONS,
    chart_key="Leads that came as far as each step; beside it the share of the step before and the median time.",
)
