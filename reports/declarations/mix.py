"""How do leads reach sales, and how many never qualify for each that does?"""

from datetime import date, timedelta
from typing import Any

from crm.campaigns.models import Path
from leads.populations import NONE
from reports.declarations.common import DEFINITIONS, LEADS
from reports.filters import LeadFilters
from reports.grouping import IN_TIME, By, Row, week_of
from reports.links import lead_list
from reports.order import in_reading_order
from reports.queries.mix import Counts, mix, overall
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table

MOST_GROUPS = 25
MOST_WEEKS = 520
MEANS = {
    Path.SELF_QUALIFIED: "Own answers met the policy before any nurture touch or call.",
    Path.NURTURED: "Met the policy after at least one nurture touch or call.",
    Path.RESEARCHED: "Qualified by a rep's research.",
    Path.UNQUALIFIED: (
        "Passed to sales without meeting the policy. A path is frozen when the lead first reaches sales, so it stays "
        "here even if it meets the policy later."
    ),
}
COLUMNS = [
    LEADS,
    *(Column(path.value, path.label, means=MEANS[path], narrows={"path": path.value}) for path in Path),
    Column(
        "waiting", "Not yet with sales", narrows={"path": NONE},
        means="Has no path so far: being nurtured, held out, or disqualified before it reached sales.",
    ),
    Column(
        "unqualified_per_qualified", "Unqualified per qualified", Kind.NUMBER,
        "(Unqualified + not yet with sales) ÷ (self-qualified + nurtured + researched). Empty where none qualified.",
    ),
]  # fmt: skip
CAUTION = (
    "Young leads ripen: those that are not yet with sales may still qualify, so the ratios of recent weeks are too "
    "high."
)


class MixFilters(LeadFilters):
    groupings = (
        By.WEEK, By.MONTH, By.SOURCE, By.CAMPAIGN, By.FORM, By.TERRITORY, By.PATH, By.REP, By.TEAM, By.TIME_FRAME,
    )  # fmt: skip


def build(scope: Scope) -> Findings:
    rows = mix(by=scope.by, user=scope.user, filters=scope.filters)
    total = overall(rows)
    lines = [Line(row.group.label, _cells(row.figures), key=row.group.key, group=row.group) for row in rows]
    table = Table("rows", "Mix", scope.by, COLUMNS, lines, Line("", _cells(total), total=True), linked=True)
    return Findings([table], _sentences(total), _chart(rows, scope), CAUTION)


def _cells(counts: Counts) -> dict[str, Any]:
    paths = {name: getattr(counts, name) for name in (*Path.values, "waiting")}
    return {"leads": counts.leads, **paths, "unqualified_per_qualified": counts.unqualified_per_qualified}


def _sentences(total: Counts) -> list[str]:
    if not total.leads:
        return []
    told = [
        f"Of {total.leads:,} leads {total.self_qualified:,} qualified themselves, {total.nurtured:,} were nurtured "
        f"until they qualified and {total.researched:,} were qualified by research. {total.unqualified:,} went to "
        f"sales unqualified, and {total.waiting:,} are not yet with sales."
    ]
    return [*told, _frogs(total.unqualified_per_qualified)]


def _frogs(ratio: float | None) -> str:
    if ratio is None:
        return "None has qualified yet."
    return f"For each lead that qualified there are {ratio:.1f} that never did."


def _chart(rows: list[Row[Counts]], scope: Scope) -> dict[str, Any]:
    ordered = _without_gaps(rows) if scope.by == By.WEEK else in_reading_order(rows, scope.by)
    kept = ordered if scope.by in IN_TIME else ordered[:MOST_GROUPS]
    shown = [
        {
            "key": row.group.key, "label": row.group.label, "n": row.figures.leads,
            "href": lead_list(scope.filters, row.group), **_cells(row.figures),
        }
        for row in kept
    ]  # fmt: skip
    return {"kind": "mix", "by": scope.by, "rows": shown, "left_out": len(ordered) - len(kept)}


def _without_gaps(rows: list[Row[Counts]]) -> list[Row[Counts]]:
    """A week without leads is seen as one."""
    found = {row.group.day: row for row in rows if row.group.day}
    if not found:
        return []
    first, last = max(min(found), max(found) - timedelta(weeks=MOST_WEEKS)), max(found)
    weeks = (first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1))
    return [found.get(day) or _quiet_week(day) for day in weeks]


def _quiet_week(day: date) -> Row[Counts]:
    return Row(week_of(day), Counts())


REPORT = Report(
    name="mix",
    title="Mix",
    question="How do leads reach sales, and how many never qualify for each that does?",
    icon="chart-bar",
    filters=MixFilters,
    build=build,
    definitions=DEFINITIONS,
    chart_key="Above: leads that reached sales, by path. Below: unqualified per qualified lead.",
)
