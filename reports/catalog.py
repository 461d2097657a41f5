"""The reports there are: one definition each for page, export and command."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from crm.people.models import User
from reports.filters import CloseRateFilters, LeadFilters, MixFilters
from reports.grouping import Row
from reports.queries import close_rates, mix

Cells = dict[str, int | float | None]


@dataclass(frozen=True)
class Report:
    """``chart_key`` says how to read the chart. ``query`` gives the rows, ``overall`` their sum, ``cells`` the figures
    of either by name, in order."""

    name: str
    title: str
    question: str
    icon: str
    chart_key: str
    filters: type[LeadFilters]
    query: Callable[..., list[Row[Any]]]
    overall: Callable[[list[Row[Any]]], Any]
    cells: Callable[[Any], Cells]

    @property
    def template(self) -> str:
        return f"reports/{self.name.replace('-', '_')}.html"

    @property
    def url_name(self) -> str:
        return f"reports:{self.name.replace('-', '_')}"

    def run(self, *, user: User | None, filters: LeadFilters) -> "Result":
        """``filters`` must be valid."""
        rows = self.query(by=filters.grouping, user=user, filters=filters)
        return Result(self, filters, rows, self.overall(rows))


@dataclass(frozen=True)
class Result:
    report: Report
    filters: LeadFilters
    rows: list[Row[Any]]
    total: Any

    @property
    def by(self) -> str:
        return self.filters.grouping

    def as_json(self) -> dict[str, Any]:
        cells = self.report.cells
        return {
            "report": self.report.name,
            "by": self.by,
            "filters": self.filters.applied,
            "rows": [{"key": row.group.key, **cells(row.figures)} for row in self.rows],
            "total": cells(self.total),
        }


def _mix_cells(counts: mix.Counts) -> Cells:
    return asdict(counts) | {"unqualified_per_qualified": counts.unqualified_per_qualified}


CLOSE_RATES = Report(
    name="close-rates",
    title="Close rates",
    question="Which leads become customers, and how sure are we?",
    icon="chart-dots",
    chart_key="Mark: close rate. Whisker: 95 % interval. Hollow: few leads. Dashed line: all leads together.",
    filters=CloseRateFilters,
    query=close_rates.close_rates,
    overall=close_rates.overall,
    cells=asdict,
)
MIX = Report(
    name="mix",
    title="Mix",
    question="How do leads reach sales, and how many never qualify for each that does?",
    icon="chart-bar",
    chart_key="Above: leads that reached sales, by path. Below: unqualified per qualified lead.",
    filters=MixFilters,
    query=mix.mix,
    overall=mix.overall,
    cells=_mix_cells,
)
REPORTS = {report.name: report for report in (CLOSE_RATES, MIX)}
