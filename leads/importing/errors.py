"""What goes wrong in an import: with all of it, or with one row."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ImportFailed(Exception):
    """Nothing was imported. The message is one line that says what to do."""


class MappingWrong(Exception):
    """Something in the mapping file; ``in_mapping`` makes it an ImportFailed that names the file."""


@contextmanager
def in_mapping(path: Path) -> Iterator[None]:
    try:
        yield
    except MappingWrong as error:
        end = "" if str(error).endswith(("?", ".")) else "."
        raise ImportFailed(f"{path}: {error}{end}") from error


class RowRefused(Exception):
    """One row was not imported; the others go on."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


class Reasons:
    """Everything that is wrong with one row, not only the first thing: each ``with`` block may raise a RowRefused, and
    ``check`` raises them all."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, RowRefused):
            self.found += error.reasons
        return isinstance(error, RowRefused)

    def check(self) -> None:
        if self.found:
            raise RowRefused(*self.found)
