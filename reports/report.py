"""A report is declared once; page, exports, API and command are made from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm.people.models import User
from reports.filters import LeadFilters
from reports.results import Findings, Scope


@dataclass(frozen=True)
class Remedy:
    """What to do about an empty report: a page, for whom has the permission."""

    permission: str
    url_name: str
    label: str


FORMS = Remedy("leads.view_inquiryform", "admin:leads_inquiryform_changelist", "Inquiry forms")
NEW_LEAD = Remedy("leads.change_lead", "leads:new", "New lead")


@dataclass(frozen=True)
class Report:
    """``build`` counts and concludes. ``definitions`` say what words of the report mean, beside what each column says
    of itself. ``managers_only``: figures about single colleagues. ``nothing``: what an
    empty report says; ``remedies``: the first that is open to the reader is offered there."""

    name: str
    title: str
    question: str
    icon: str
    filters: type[LeadFilters]
    build: Callable[[Scope], Findings]
    definitions: dict[str, str] = field(default_factory=dict)
    chart_key: str = ""
    shown: str = "by since until basis source path"
    managers_only: bool = False
    nothing: tuple[str, str] = (
        "No lead has come in yet", "As soon as inquiries come in by a form or an import, they are counted here."
    )  # fmt: skip
    remedies: tuple[Remedy, ...] = (FORMS, NEW_LEAD)

    @property
    def slug(self) -> str:
        return self.name.replace("-", "_")

    @property
    def url_name(self) -> str:
        return f"reports:{self.slug}"

    def remedy_for(self, user: User) -> Remedy | None:
        return next((remedy for remedy in self.remedies if user.has_perm(remedy.permission)), None)

    def run(self, *, user: User | None, filters: LeadFilters, now: datetime) -> "Result":
        """``filters`` must be valid."""
        filters.check()
        return Result(self, filters, self.build(Scope(user, filters, now)))


@dataclass(frozen=True)
class Result:
    report: Report
    filters: LeadFilters
    found: Findings

    @property
    def by(self) -> str:
        return self.filters.grouping

    @property
    def empty(self) -> bool:
        return not any(table.lines for table in self.found.tables)

    def as_json(self) -> dict[str, Any]:
        main = self.found.main
        total = {"total": main.figures(main.total)} if main.total else {}
        return {
            "report": self.report.name,
            "by": self.by,
            "filters": self.filters.applied,
            "rows": main.as_json(),
            **total,
            **{table.name: table.as_json() for table in self.found.others},
        }
