"""What do leads bring, and what do they cost?"""

from decimal import Decimal
from itertools import combinations
from typing import Any

from crm.campaigns.models import Path
from reports import charts
from reports.declarations.common import DEFINITIONS, LEADS, OBSERVED, WON
from reports.filters import LeadFilters
from reports.grouping import By, Group
from reports.order import in_order
from reports.queries.money import Worth, worth
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import MINIMUM_SAMPLE
from reports.statistics.money import mean, welch
from reports.statistics.rates import holm
from reports.wording import probability


class MoneyFilters(LeadFilters):
    groupings = (By.PATH, By.SOURCE, By.CAMPAIGN, By.MONTH, By.FORM, By.TERRITORY, By.TEAM, By.REP, By.TIME_FRAME)


COST = (
    "What the leads' campaigns cost, shared out equally over all leads that a campaign ever brought: a lead "
    "of a campaign "
    "that cost 1,000 and brought 100 leads costs 10. Leads without a campaign cost nothing here."
)
COLUMNS = [
    LEADS,
    WON,
    Column("revenue", "Revenue", Kind.MONEY,
           "Amounts of the won opportunities of these leads, in the company's currency, at the rate stored with "
           "each."),
    Column("cost", "Cost", Kind.MONEY, COST),
    Column("margin", "Margin", Kind.MONEY, "Revenue minus cost as above. What the sold goods cost is not known here."),
    Column("revenue_per_lead", "Revenue a lead", Kind.MONEY, "Revenue divided by all leads, won or not."),
    Column("low", "95 % interval", Kind.MONEY, "Of the revenue a lead, by Student's t.", high="high"),
    Column("per_lead", "Cost a lead", Kind.MONEY, "Cost divided by leads."),
    Column("per_qualified", "Cost a qualified lead", Kind.MONEY,
           "Cost divided by leads that reached sales by a path other than unqualified."),
    Column("per_sale", "Cost a sale", Kind.MONEY, "Cost divided by won leads. Empty where none was won."),
    Column("unknown", "Won, amount unknown", means="Won opportunities without an amount: they count as 0."),
    Column("foreign", "Won, other currency",
           means="Won in another currency, and no exchange rate is stored with it: it counts as 0."),
]  # fmt: skip
COMPARED = [
    Column("difference", "Difference a lead", Kind.MONEY, "First revenue a lead minus second."),
    Column("low", "95 % interval of the difference", Kind.MONEY, "By B. L. Welch (Biometrika 34, 1947).", high="high"),
    Column("p", "p", Kind.P, "Welch's test, which does not ask for equal variances."),
    Column("p_holm", "p, corrected", Kind.P, "Corrected for all comparisons of this table by S. Holm's method."),
]


def build(scope: Scope) -> Findings:
    currency = scope.filters.currency
    found = worth(by=scope.by, user=scope.user, filters=scope.filters)
    ordered = in_order(found, scope.by)
    total = Worth()
    for _, each in ordered:
        total.add(each)
    lines = [_line(group, each) for group, each in ordered]
    table = Table(
        "rows", f"Money, in {currency}", scope.by, COLUMNS, lines, Line("", _cells(total), total=True), linked=True
    )
    compared = _compared(ordered, scope)
    more = [Table("comparisons", "Revenue a lead, compared", "comparison", COMPARED, compared)] if compared else []
    chart = charts.dots(
        scope, lines, value="revenue_per_lead", unit="money", reference=(_cells(total)["revenue_per_lead"], "all")
    )
    return Findings([table, *more], _sentences(lines, total, compared, currency), chart, OBSERVED)


def _line(group: Group, found: Worth) -> Line:
    return Line(group.label, _cells(found), key=group.key, group=group, few=found.leads < MINIMUM_SAMPLE)


def _cells(found: Worth) -> dict[str, Any]:
    a_head = mean(found.amounts)
    return {
        "leads": found.leads, "won": found.won, "revenue": found.revenue, "cost": _cents(found.cost),
        "margin": _cents(found.revenue - found.cost), "revenue_per_lead": a_head.mean, "low": a_head.low,
        "high": a_head.high, "per_lead": _each(found.cost, found.leads),
        "per_qualified": _each(found.cost, found.qualified), "per_sale": _each(found.cost, found.won),
        "unknown": found.unknown, "foreign": found.foreign,
    }  # fmt: skip


def _each(cost: Decimal, count: int) -> Decimal | None:
    return _cents(cost / count) if count and cost else None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _compared(ordered: list[tuple[Group, Worth]], scope: Scope) -> list[Line]:
    """Paths with each other: their money differs with their close rates."""
    if scope.by != By.PATH:
        return []
    large = [(group, each) for group, each in ordered if group.key in Path.values and each.leads >= MINIMUM_SAMPLE]
    pairs = [(a, b, welch(first.amounts, second.amounts)) for (a, first), (b, second) in combinations(large, 2)]
    known = [(a, b, found) for a, b, found in pairs if found]
    corrected = holm([found.p for _, _, found in known])
    return [
        Line(f"{a.label} against {b.label.lower()}", {
            "difference": found.difference, "low": found.low, "high": found.high, "p": found.p, "p_holm": p,
        }, key=f"{a.key}:{b.key}")
        for (a, b, found), p in zip(known, corrected, strict=True)
    ]  # fmt: skip


def _sentences(lines: list[Line], total: Worth, compared: list[Line], currency: str) -> list[str]:
    if not total.leads:
        return []
    told = [
        f"{total.won:,} won leads brought {total.revenue:,.0f} {currency}; the campaigns of these "
        f"{total.leads:,} leads "
        f"cost {total.cost:,.0f} {currency}."
    ]
    if total.cost and total.won:
        told.append(
            f"A lead cost {total.cost / total.leads:,.2f}, "
            + (f"a qualified lead {total.cost / total.qualified:,.2f}, " if total.qualified else "")
            + f"a sale {total.cost / total.won:,.2f} {currency}."
        )
    known = [line for line in lines if not line.few and line.cells["revenue_per_lead"] is not None]
    if len(known) > 1:
        best = max(known, key=lambda line: line.cells["revenue_per_lead"])
        told.append(
            f"{best.label} brought most a lead: {best.cells['revenue_per_lead']:,.2f} {currency} "
            f"({best.cells['low']:,.2f} to {best.cells['high']:,.2f})."
        )
    sure = [line for line in compared if line.cells["p_holm"] < 0.05]
    if sure:
        told.append(
            "Beyond chance after Holm's correction: "
            + "; ".join(
                f"{line.label} {line.cells['difference']:+,.2f} ({probability(line.cells['p_holm'])})" for line in sure
            )
            + "."
        )
    if total.unknown:
        told.append(f"{total.unknown:,} won opportunities have no amount: revenue is larger than what is known of it.")
    return told


REPORT = Report(
    name="money",
    title="Money",
    question="What do leads bring, and what do they cost?",
    icon="coins",
    filters=MoneyFilters,
    build=build,
    definitions=DEFINITIONS,
    chart_key="Mark: revenue a lead. Whisker: 95 % interval. Dashed line: all leads together.",
)
