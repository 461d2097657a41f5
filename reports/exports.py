"""A report outside of the page: rows for a spreadsheet, a plain table for the terminal."""

from collections.abc import Iterator
from typing import Any

from reports.catalog import Result

FRACTIONS = {"rate", "low", "high"}


def header(result: Result) -> list[str]:
    return [result.by, "name", *result.report.cells(result.total)]


def rows(result: Result) -> Iterator[list[Any]]:
    """Figures in full; the total last."""
    for row in result.rows:
        yield [row.group.key, row.group.label, *result.report.cells(row.figures).values()]
    yield ["", "Total", *result.report.cells(result.total).values()]


def as_table(result: Result) -> str:
    cells = result.report.cells
    lines = [[result.by, *cells(result.total)]]
    lines += [[row.group.label, *_texts(cells(row.figures))] for row in result.rows]
    lines += [["Total", *_texts(cells(result.total))]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_aligned(line, widths) for line in lines)


def _texts(cells: dict[str, int | float | None]) -> Iterator[str]:
    for name, value in cells.items():
        if value is None:
            yield "-"
        else:
            yield f"{value:.1%}" if name in FRACTIONS else f"{value:.1f}" if isinstance(value, float) else str(value)


def _aligned(line: list[str], widths: list[int]) -> str:
    first, *others = zip(line, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)])
