"""What two policies say of the same leads, counted: all figures of a back-test follow from these counts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self


@dataclass
class Tally:
    """``cells``: leads by (draft says qualified, the other says so, won). ``weeks``: by the Monday of the week of their
    first inquiry, (leads, qualified by the draft, by the other). ``unremembered``: leads whose fields of then nobody
    wrote down."""

    cells: Counter[tuple[bool, bool, bool]] = field(default_factory=Counter)
    weeks: dict[date, list[int]] = field(default_factory=dict)
    unremembered: int = 0

    def add(self, *, draft: bool, other: bool, won: bool, day: date, remembered: bool) -> None:
        self.cells[draft, other, won] += 1
        week = self.weeks.setdefault(day - timedelta(days=day.weekday()), [0, 0, 0])
        week[0] += 1
        week[1] += draft
        week[2] += other
        self.unremembered += not remembered

    def as_json(self) -> dict[str, Any]:
        return {
            "cells": [[*map(int, cell), count] for cell, count in sorted(self.cells.items())],
            "weeks": [[day.isoformat(), *counts] for day, counts in sorted(self.weeks.items())],
            "unremembered": self.unremembered,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        return cls(
            Counter({(bool(draft), bool(other), bool(won)): count for draft, other, won, count in found["cells"]}),
            {date.fromisoformat(day): counts for day, *counts in found["weeks"]},
            found["unremembered"],
        )

    def count(self, *, draft: bool | None = None, other: bool | None = None, won: bool | None = None) -> int:
        asked = (draft, other, won)
        return sum(
            count
            for cell, count in self.cells.items()
            if all(wanted is None or wanted == is_so for wanted, is_so in zip(asked, cell, strict=True))
        )
