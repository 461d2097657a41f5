"""Months and quarters of the calendar, for quotas and forecasts."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.dates import MONTHS

MONTHS_OF = {"month": 1, "quarter": 3}
_KEY = re.compile(r"(20\d\d|21\d\d)-(?:Q([1-4])|(0[1-9]|1[0-2]))", re.ASCII)


@dataclass(frozen=True)
class Period:
    """``ends_on`` is exclusive; ``kind`` is month or quarter."""

    kind: str
    starts_on: date

    @classmethod
    def around(cls, day: date, kind: str) -> Self:
        months = MONTHS_OF[kind]
        return cls(kind, date(day.year, (day.month - 1) // months * months + 1, 1))

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """``2026-Q4`` or ``2026-11``; None for anything else."""
        found = _KEY.fullmatch(key)
        if found is None:
            return None
        year, quarter, month = found.groups()
        if quarter:
            return cls("quarter", date(int(year), 3 * int(quarter) - 2, 1))
        return cls("month", date(int(year), int(month), 1))

    @classmethod
    def between(cls, starts_on: date, ends_on: date) -> Self | None:
        """The month or quarter that is exactly this; None where it is neither."""
        if starts_on.day != 1:
            return None
        candidates = (cls.around(starts_on, kind) for kind in MONTHS_OF)
        return next(
            (period for period in candidates if (period.starts_on, period.ends_on) == (starts_on, ends_on)), None
        )

    @property
    def ends_on(self) -> date:
        return _shifted(self.starts_on, MONTHS_OF[self.kind])

    @property
    def next(self) -> Self:
        return type(self)(self.kind, self.ends_on)

    @property
    def previous(self) -> Self:
        return type(self)(self.kind, _shifted(self.starts_on, -MONTHS_OF[self.kind]))

    @property
    def key(self) -> str:
        if self.kind == "quarter":
            return f"{self.starts_on.year}-Q{(self.starts_on.month + 2) // 3}"
        return f"{self.starts_on:%Y-%m}"

    def __str__(self) -> str:
        if self.kind == "quarter":
            return f"Q{(self.starts_on.month + 2) // 3} {self.starts_on.year}"
        return f"{MONTHS[self.starts_on.month]} {self.starts_on.year}"


def _shifted(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
