"""Where do reps come and go?"""

from datetime import date, timedelta
from typing import Any

from crm.people.models import Territory, TerritoryOwner
from reports import charts
from reports.declarations.common import OBSERVED
from reports.filters import LeadFilters
from reports.grouping import By
from reports.queries.quota import leads_of_territories
from reports.report import Remedy, Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import Rate, wilson
from reports.wording import percent

YEAR = 365.25


class TerritoryFilters(LeadFilters):
    groupings = (By.TERRITORY,)


COLUMNS = [
    Column("reps", "Reps now", means="Who own the territory at the end of the period."),
    Column("came", "Came", means="Ownerships that began within the period."),
    Column("left", "Left", means="Ownerships that ended within the period."),
    Column("average", "Average reps", Kind.NUMBER, "Days of ownership within the period, divided by its days."),
    Column("turnover", "Turnover a year", Kind.SHARE, "Left, divided by the average reps, for a year."),
    Column("days", "Median days of an ownership", Kind.DAYS, "Of those that ended within the period."),
    Column(
        "leads", "Leads", means="First inquired within the period, from an address in the territory as it is today."
    ),
    Column("rate", "Close rate", Kind.SHARE, "Won of these leads."),
    Column("low", "95 % interval", Kind.SHARE, "By Wilson's method.", high="high"),
]


def build(scope: Scope) -> Findings:
    first, last = _period(scope)
    owners = TerritoryOwner.objects.filter(since__lte=last).select_related("territory")
    by_territory: dict[int, list[TerritoryOwner]] = {}
    for each in owners:
        by_territory.setdefault(each.territory_id, []).append(each)
    leads = leads_of_territories(first=first, last=last, user=scope.user, filters=scope.filters)
    lines = [_line(territory, by_territory.get(territory.pk, []), leads, first, last)
             for territory in Territory.objects.all()]  # fmt: skip
    table = Table("rows", f"Turnover of reps, {first} to {last}", By.TERRITORY, COLUMNS, lines)
    chart = charts.dots(scope, [line for line in lines if line.cells["turnover"] is not None], value="turnover",
                        low="none", high="none", n="reps", unit="share")  # fmt: skip
    return Findings([table], _sentences(lines), chart, OBSERVED)


def _period(scope: Scope) -> tuple[date, date]:
    """Both included; the last year where none is chosen."""
    chosen = scope.filters.chosen
    last = chosen.get("until") or scope.now.astimezone(scope.filters.zone).date()
    return chosen.get("since") or last - timedelta(days=365), last


def _line(territory: Territory, owners: list[TerritoryOwner], leads: dict[str, Rate], first: date, last: date) -> Line:
    after = last + timedelta(days=1)
    ended = [each for each in owners if each.until and first <= each.until <= last]
    now = {each.user_id for each in owners if not each.until or each.until > last}
    days = sum(max((min(each.until or after, after) - max(each.since, first)).days, 0) for each in owners)
    average = days / (after - first).days
    lengths = sorted((each.until - each.since).days for each in ended if each.until)
    rate = leads.get(str(territory.pk)) or wilson(0, 0)
    cells: dict[str, Any] = {
        "reps": len(now), "came": sum(each.since >= first for each in owners), "left": len(ended), "average": average,
        "turnover": len(ended) / average * YEAR / (after - first).days if average else None,
        "days": lengths[len(lengths) // 2] if lengths else None, "leads": rate.leads, "rate": rate.rate,
        "low": rate.low, "high": rate.high,
    }  # fmt: skip
    return Line(territory.name, cells, key=territory.name, few=not rate.enough)


def _sentences(lines: list[Line]) -> list[str]:
    if not lines:
        return []
    left, average = (sum(line.cells[name] for line in lines) for name in ("left", "average"))
    told = [f"{left} reps left a territory, of {average:.1f} on average."]
    known = [line for line in lines if line.cells["turnover"]]
    if known:
        most = max(known, key=lambda line: line.cells["turnover"])
        told.append(f"{most.label} lost most of its reps: {percent(most.cells['turnover'])} % a year.")
    return told


REPORT = Report(
    name="territories",
    title="Territories",
    question="Where do reps come and go?",
    icon="map",
    filters=TerritoryFilters,
    build=build,
    definitions={"Period": "Without one: the last year."},
    chart_key="Mark: turnover a year.",
    shown="since until",
    managers_only=True,
    nothing=(
        "There are no territories yet",
        "Marketing managers and administrators draw them, administrators say which reps own them.",
    ),
    remedies=(Remedy("people.view_territory", "admin:people_territory_changelist", "Territories"),),
)
