"""What one field of a record gets from a row: a column, a template of columns, or a constant; with a map of values."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from leads.importing.errors import RowRefused

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
MAX_AMOUNT = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class Value:
    """One of ``column``, ``template`` (columns in braces) and ``constant``. ``values`` maps what is in the file to what
    is meant, None for "not answered"; ``not_answered`` are texts that mean the same as a blank."""

    name: str
    column: str | None = None
    template: str = ""
    constant: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    not_answered: frozenset[str] = frozenset()

    @property
    def columns(self) -> list[str]:
        return PLACEHOLDER.findall(self.template) if self.column is None else [self.column]

    def of(self, row: Mapping[str, str]) -> Any:
        """None where the row says nothing; a template says nothing when all of its columns are blank."""
        if self.constant is not None:
            return self.constant
        cells = {column: self._known(row[column].strip()) for column in self.columns}
        text = self._fill(cells) if any(cells.values()) else ""
        return self.values.get(text, text or None)

    def _fill(self, cells: Mapping[str, str]) -> str:
        if self.column is not None:
            return cells[self.column]
        return PLACEHOLDER.sub(lambda found: cells[found[1]], self.template).strip()

    def _known(self, cell: str) -> str:
        return "" if cell in self.not_answered and cell not in self.values else cell

    def text(self, row: Mapping[str, str]) -> str:
        value = self.of(row)
        return "" if value is None else str(value)

    def flag(self, row: Mapping[str, str]) -> bool:
        value = self.text(row)
        if value and value.lower() not in FLAGS:
            raise RowRefused(f"{self.name}: “{value[:50]}” is neither yes nor no. Map it with “values”.")
        return FLAGS.get(value.lower(), False)

    def amount(self, row: Mapping[str, str]) -> Decimal | None:
        """Rounded to cents; 0 stays 0, blank is None."""
        value = self.text(row)
        if not value:
            return None
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount < MAX_AMOUNT:
            raise RowRefused(f"{self.name}: “{value[:50]}” is not an amount. Example: 1234.50.")
        return amount.quantize(Decimal("0.01"))


@dataclass(frozen=True, kw_only=True)
class Moment(Value):
    """A point in time. ``formats`` are strptime's, none means ISO 8601; ``zone`` is meant where none is given."""

    formats: tuple[str, ...] = ()
    zone: tzinfo = UTC

    def at(self, row: Mapping[str, str], *, now: datetime) -> datetime | None:
        """None where blank. Raises RowRefused for what is not a date, or not one of the past."""
        text = self.text(row)
        if not text:
            return None
        moment = self.parse(text)
        if moment is None:
            expected = " or ".join(self.formats) or "ISO 8601, as 2026-05-01 or 2026-05-01 14:30"
            raise RowRefused(f"{self.name}: “{text[:50]}” is not a date ({expected}).")
        if not EARLIEST <= moment <= now:
            raise RowRefused(f"{self.name}: “{text[:50]}” is {'in the future' if moment > now else 'before 1900'}.")
        return moment

    def parse(self, text: str) -> datetime | None:
        for form in self.formats or (None,):
            with suppress(ValueError, OverflowError):
                moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
                return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
        return None
