"""Records as columns, so that many pairs are compared at once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leads.duplicates.fields import FIELDS, Field, identifier

Texts = NDArray[np.object_]
Numbers = NDArray[np.float64]
Indexes = NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """``shown`` as it was written, ``normal`` as it is compared; both "" where nothing is known."""

    field: Field
    shown: Texts
    normal: Texts

    def counts(self) -> tuple[Numbers, int]:
        """How many records have the value of each record, and how many have any."""
        counts = Counter(self.normal)
        known = len(self.normal) - counts.pop("", 0)
        return np.array([counts[value] for value in self.normal], dtype=float), known


@dataclass(frozen=True)
class Records:
    columns: dict[str, Column]
    count: int

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> "Records":
        """A row maps names of ``FIELDS`` to texts; any other name is an identifier."""
        rows = list(rows)
        names = dict.fromkeys(name for row in rows for name in row)
        return cls({name: _column(name, rows) for name in names}, len(rows))


def _column(name: str, rows: list[Mapping[str, str]]) -> Column:
    field = FIELDS.get(name) or identifier(name)
    shown = [row.get(name, "") for row in rows]
    return Column(field, np.array(shown, dtype=object), np.array([field.normal(text) for text in shown], dtype=object))
