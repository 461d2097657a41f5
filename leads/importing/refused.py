"""The file of refused rows: line, reasons, and the row as it was, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crm.web.exports import literal
from leads.importing.errors import ImportFailed
from leads.importing.reading import Row

COLUMNS = ["refused_line", "refused_reasons"]


class RefusedFile:
    """Opened before the first row is imported, to be sure that it can be; removed where nothing was refused."""

    def __init__(self, path: Path, header: list[str], *, inputs: Iterable[Path]) -> None:
        if path.exists() and any(path.samefile(other) for other in inputs):
            raise ImportFailed(f"--refused {path} is the file that is read. Name another one.")
        self.path, self.header = path, header
        self.count = 0

    def __enter__(self) -> Self:
        try:
            self._stream = self.path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise ImportFailed(
                f"{self.path} cannot be written: {error.strerror}. Name another with --refused."
            ) from error
        self._writer = csv.writer(self._stream)
        self._writer.writerow([*COLUMNS, *map(literal, self.header)])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        if not self.count and self.path.is_file():
            self.path.unlink()

    def add(self, row: Row, reasons: Iterable[str]) -> None:
        self.count += 1
        self._writer.writerow([row.line, *map(literal, ["; ".join(reasons), *row.cells])])

    def summary(self, counts: Mapping[str, int], names: Iterable[str]) -> dict[str, Any]:
        return {name: counts[name] for name in names} | {"refused_file": str(self.path) if self.count else None}
