"""A report outside of the page: rows for a spreadsheet, a plain table for the terminal."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from crm.web.exports import literal
from reports.report import Result
from reports.results import Column, Kind, Line, Table
from reports.shown import text


def header(table: Table) -> list[str]:
    return [table.by, "name", *table.names]


def rows(table: Table) -> Iterator[list[Any]]:
    """Figures in full; the total last."""
    for line in table.all_lines:
        name = "Total" if line.total else line.label
        yield [line.key, name, *table.figures(line).values()]


def as_xlsx(result: Result) -> bytes:
    """A sheet for each table, and one that says what is counted and by which filters."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in result.found.tables:
        sheet = book.create_sheet(_sheet_name(table))
        for cells in [header(table), *rows(table)]:
            sheet.append([literal(cell) for cell in cells])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["B"].width = 28
    notes = book.create_sheet("What is counted")
    for row in _notes(result):
        notes.append([literal(cell) for cell in row])
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 28, 110
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(table: Table) -> str:
    return "".join(letter for letter in table.title if letter not in "[]:*?/\\")[:31]


def _notes(result: Result) -> Iterator[tuple[str, str]]:
    yield result.report.title, result.report.question
    yield "Rows", result.by
    yield from result.filters.applied.items()
    for sentence in result.found.sentences:
        yield "", sentence
    yield from definitions(result)


def definitions(result: Result) -> Iterator[tuple[str, str]]:
    """What each figure counts, as the page says it."""
    told: set[str] = set()
    figures = [(column.label, column.means) for table in result.found.tables for column in table.columns]
    for name, meaning in [*result.report.definitions.items(), *figures]:
        if meaning and told.isdisjoint((name, meaning)):
            told |= {name, meaning}
            yield name, meaning


def as_table(result: Result) -> str:
    return "\n\n".join(
        "\n".join([*([table.title] if number else []), _as_table(table)])
        for number, table in enumerate(result.found.tables)
    )


def _as_table(table: Table) -> str:
    lines = [[table.by, *table.names]]
    lines += [[_name(line), *_texts(table, line)] for line in table.all_lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    found = "\n".join(_aligned(line, widths).rstrip() for line in lines)
    return f"{found}\n{table.note}" if table.note else found


def _name(line: Line) -> str:
    return "Total" if line.total and not line.label else line.label


def _texts(table: Table, line: Line) -> Iterator[str]:
    for column in table.columns:
        for name in column.names:
            yield _for_terminal(column, line.cells.get(name))


def _for_terminal(column: Column, value: Any) -> str:
    if value is None or value == "":
        return "-"
    match column.kind:
        case Kind.SHARE | Kind.POINTS:
            return f"{value:.1%}"
        case Kind.RATIO | Kind.P:
            return f"{value:.4f}"
        case Kind.MONEY:
            return f"{value:.2f}"
        case Kind.VERDICT | Kind.TEXT:
            return text(column.kind, value)
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _aligned(line: list[str], widths: list[int]) -> str:
    first, *others = zip(line, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)])
