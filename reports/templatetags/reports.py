"""Lines of a report's tables as the page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.http import QueryDict
from django.urls import reverse

from reports.filters import LeadFilters
from reports.grouping import IN_TIME, By
from reports.links import lead_list
from reports.order import PATHS
from reports.report import Report
from reports.results import Column, Kind, Line, Table
from reports.shown import interval, text

register = template.Library()


@dataclass(frozen=True)
class Cell:
    text: str
    href: str = ""
    kind: str = ""
    few: bool = False


@register.filter
def percent(fraction: float | None) -> str:
    return text(Kind.SHARE, fraction)


@register.filter
def page_lines(table: Table) -> list[Line]:
    """The newest week or month first, the total last."""
    lines = list(reversed(table.lines)) if table.by in IN_TIME else table.lines
    if table.by == By.PATH:
        lines = sorted(lines, key=lambda line: PATHS.index(line.key))
    return [*lines, *([table.total] if table.total else [])]


@register.simple_tag
def cells(table: Table, line: Line, filters: LeadFilters) -> list[Cell]:
    return list(_cells(table, line, filters))


def _cells(table: Table, line: Line, filters: LeadFilters) -> Iterator[Cell]:
    for column in table.columns:
        value = line.cells.get(column.name)
        if column.high:
            shown = interval(column, value, line.cells.get(column.high))
            yield Cell(shown, kind=column.kind, few=line.few and column.kind == Kind.SHARE)
        else:
            yield Cell(text(column.kind, value), _href(table, column, line, filters, value), column.kind)


def _href(table: Table, column: Column, line: Line, filters: LeadFilters, value: Any) -> str:
    if not (table.linked and value and column.narrows is not None):
        return ""
    if line.group is None and not line.total:
        return line.href
    return lead_list(filters, line.group, **column.narrows)


@register.simple_tag
def export_url(report: Report, form: str, query_string: str, table: str = "rows") -> str:
    """The same figures in another form, with the filters of the page."""
    query = QueryDict(query_string, mutable=True)
    if table != "rows":
        query["table"] = table
    return reverse(f"{report.url_name}_{form}") + (f"?{query.urlencode()}" if query else "")


@register.filter
def heading(by: str) -> str:
    return str(By(by).label) if by in By.values else by.capitalize()
