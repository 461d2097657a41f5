"""What static/js/charts.js and reports.pictures draw: a part of what the table beside it says. A chart's ``kind`` is
dots, mix, curves or bars."""

from typing import Any

from reports.grouping import IN_TIME
from reports.links import lead_list
from reports.results import Line, Scope

MOST_GROUPS = 25


def dots(
    scope: Scope,
    lines: list[Line],
    *,
    value: str,
    low: str = "low",
    high: str = "high",
    n: str = "leads",
    unit: str = "share",
    reference: tuple[float | None, str] | None = None,
) -> dict[str, Any]:
    """A mark at each line's ``value`` and a whisker over its interval; ``reference`` is a dashed line and its label."""
    known = [line for line in lines if line.cells.get(value) is not None]
    kept = known if scope.by in IN_TIME else known[:MOST_GROUPS]
    rows = [
        {
            **{name: _plain(cell) for name, cell in line.cells.items()},
            "key": line.key,
            "label": line.label,
            "n": line.cells.get(n),
            "value": _plain(line.cells[value]),
            "low": _plain(line.cells.get(low)),
            "high": _plain(line.cells.get(high)),
            "enough": not line.few,
            "ripe": line.ripe,
            "href": _href(scope, line),
        }
        for line in kept
    ]
    at, label = reference or (None, "")
    return {
        "kind": "dots",
        "by": scope.by,
        "unit": unit,
        "rows": rows,
        "reference": at,
        "reference_label": label,
        "left_out": len(known) - len(kept),
    }


def bars(scope: Scope, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One bar for each row: ``label``, ``value``, ``note`` (beside it), perhaps ``href``."""
    return {"kind": "bars", "by": scope.by, "rows": rows, "left_out": 0}


def curves(scope: Scope, series: list[dict[str, Any]]) -> dict[str, Any]:
    """Steps over days: ``points`` are [day, share, low, high, at risk]; dashed from where few are watched on."""
    return {
        "kind": "curves",
        "by": scope.by,
        "rows": series[:MOST_CURVES],
        "left_out": max(len(series) - MOST_CURVES, 0),
    }


MOST_CURVES = 6


def _href(scope: Scope, line: Line) -> str:
    return lead_list(scope.filters, line.group) if line.group else line.href


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value
