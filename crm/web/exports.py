"""Rows for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n")


def literal(value: Any) -> Any:
    """A text so that a spreadsheet shows it and does not calculate it (OWASP, CSV injection); blanks in front do not
    hide a formula from a spreadsheet, nor from here."""
    if not isinstance(value, str):
        return "" if value is None else value
    risky = value.startswith(FORMULA_STARTS) or value.lstrip().startswith(FORMULA_STARTS)
    return f"'{value}" if risky else value


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_response(*, name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Streams ``name``.csv, in UTF-8 with the mark that Excel needs to see it."""
    return StreamingHttpResponse(
        _lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _lines(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(header)
    for row in rows:
        yield writer.writerow([literal(cell) for cell in row])
