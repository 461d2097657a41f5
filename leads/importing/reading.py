"""A CSV file as rows: strict about quotes, encoding and NUL, bounded in line and width, never whole in memory."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from leads.importing.errors import ImportFailed, RowRefused

MAX_COLUMNS = 1_000
MAX_LINE = 1_000_000  # characters
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Row:
    """``line`` is where it starts in the file, the header being line 1."""

    line: int
    header: list[str]
    cells: list[str]

    @property
    def complete(self) -> bool:
        return len(self.cells) == len(self.header)

    @property
    def values(self) -> dict[str, str]:
        """By column. Raises RowRefused where the row is shorter or longer than the header."""
        if not self.complete:
            raise RowRefused(f"The row has {len(self.cells)} fields, the header has {len(self.header)}.")
        return dict(zip(self.header, self.cells, strict=True))


@dataclass(frozen=True)
class Table:
    """``rows`` reads the file anew each time. Every method raises ImportFailed."""

    path: Path
    encoding: str = "utf-8-sig"
    delimiter: str = ","

    def header(self) -> list[str]:
        for _, cells in self._records():
            return _checked_header(self.path, cells)
        raise ImportFailed(f"{self.path} is empty: a CSV file with a header line is needed.")

    def rows(self) -> Iterator[Row]:
        header = self.header()
        records = self._records()
        next(records)
        for line, cells in records:
            yield Row(line, header, cells)

    def check(self) -> None:
        """Reads all of it: what cannot be read is found before anything is written."""
        for _ in self.rows():
            pass

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of every line that is not blank."""
        reached = 0
        try:
            _check_kind(self.path)
            with self.path.open(encoding=self.encoding, newline="") as stream:
                reader = csv.reader(_lines(self.path, stream), delimiter=self.delimiter, strict=True)
                for cells in reader:
                    line, reached = reached + 1, reader.line_num
                    if cells:
                        yield line, cells
        except UnicodeError as error:
            raise ImportFailed(
                f"{self.path} is not {self.encoding.removesuffix('-sig')} (near line {reached + 1}). Save it as UTF-8, "
                'or name its encoding in the mapping. Example: "encoding": "cp1252".'
            ) from error
        except csv.Error as error:
            raise ImportFailed(
                f"{self.path} line {reached + 1} is not valid CSV: {error}. Correct the file."
            ) from error
        except OSError as error:
            raise ImportFailed(f"{self.path} cannot be read: {error.strerror}.") from error


def _check_kind(path: Path) -> None:
    if not path.exists():
        raise ImportFailed(f"{path} does not exist. Check the file's name.")
    if not path.is_file():
        raise ImportFailed(f"{path} is not a file.")
    with path.open("rb") as stream:
        if stream.read(4) in SPREADSHEETS:
            raise ImportFailed(f"{path} is a spreadsheet or an archive. Save it as CSV (UTF-8) first.")


def _lines(path: Path, stream: TextIO) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if "\x00" in line:
            raise ImportFailed(
                f"{path} line {number} holds a NUL character: it is no text file, or not in this encoding."
            )
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise ImportFailed(f"{path} line {number} is longer than {MAX_LINE:,} characters: that is no CSV file.")
        yield line


def _checked_header(path: Path, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    if len(header) > MAX_COLUMNS:
        raise ImportFailed(f"{path} has {len(header):,} columns; at most {MAX_COLUMNS:,} are read.")
    twice = [name or "(no name)" for name, count in Counter(header).items() if count > 1]
    if twice:
        raise ImportFailed(f"{path} has the column “{twice[0]}” twice. Rename or remove one.")
    return header
