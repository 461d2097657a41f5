"""Rows for a spreadsheet, and for a program."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse, StreamingHttpResponse
from django.utils.timezone import is_aware, make_naive

FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_OF_A_SHEET = 1_000_000
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


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
    yield "\ufeff" + writer.writerow([literal(cell) for cell in header])
    for row in rows:
        yield writer.writerow([literal(cell) for cell in row])


def json_response(*, rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """Streams a list of objects. Numbers with decimals are texts, so that none is rounded; moments name their zone."""
    return StreamingHttpResponse(_objects(rows), content_type="application/json; charset=utf-8")


def _objects(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    before = "["
    for row in rows:
        yield before + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        before = ",\n"
    yield "[]" if before == "[" else "]"


def xlsx_response(*, name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> FileResponse:
    """``name``.xlsx, written to a file row by row; a sheet for every million."""
    from openpyxl import Workbook  # loads slowly: when somebody wants a sheet, not with every command

    book, headings = Workbook(write_only=True), [_cell(cell) for cell in header]
    sheet = _sheet(book, headings)
    for number, row in enumerate(rows):
        if number and number % ROWS_OF_A_SHEET == 0:
            sheet = _sheet(book, headings)
        sheet.append([_cell(cell) for cell in row])
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _sheet(book: Any, headings: list[Any]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(headings)
    return sheet


def _cell(value: Any) -> Any:
    """Moments as they are on the user's clock: a sheet knows no time zones. Characters that a sheet cannot hold are
    left out."""
    if isinstance(value, datetime) and is_aware(value):
        return make_naive(value)
    return _UNSHOWABLE.sub("", literal(value)) if isinstance(value, str) else value
