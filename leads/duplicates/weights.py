"""What agreement in a field is worth, after Fellegi and Sunter (1969): the base-2 logarithm of how much more often it
is seen among duplicates than among other pairs. No labels are needed: the first is assumed (``fields``), the second
comes from how frequent a value is in the data and from pairs drawn at random, with the program's assumption counted
as a thousand records more, so that a small file is not taken for the world."""

from dataclasses import dataclass

import numpy as np

from leads.duplicates.comparing import similarities
from leads.duplicates.records import Column, Indexes, Numbers, Records

ASSUMED = 1_000
SAMPLE = 20_000
EQUAL = 0.8  # of the pairs that agree: equal, not only alike
ALIKE_BY_CHANCE = 0.005


@dataclass(frozen=True)
class Weigher:
    """``chance``: by record, the share of records with its value; ``alike``: share of random pairs that are alike."""

    column: Column
    chance: Numbers
    alike: float

    def bits(self, similarity: Numbers, left: Indexes) -> Numbers:
        """For each pair; 0 where one of the two is unknown. ``left``: the records whose values were compared."""
        field = self.column.field
        equal = np.log2(field.agree * EQUAL / self.chance[left])
        alike = np.log2(field.agree * (1 - EQUAL) / self.alike)
        differ = np.log2((1 - field.agree) / (1 - self.alike - field.chance))
        known = np.select([similarity == 1, similarity >= field.near], [equal, np.minimum(alike, equal)], differ)
        return np.where(np.isnan(similarity), 0.0, known)


def weigher(column: Column, left: Indexes, right: Indexes) -> Weigher:
    """``left`` and ``right`` are pairs drawn at random."""
    field = column.field
    similarity = similarities(field, column.normal[left], column.normal[right])
    alike = np.count_nonzero((similarity >= field.near) & (similarity < 1))
    compared = np.count_nonzero(~np.isnan(similarity))
    return Weigher(column, _chance(column), (alike + ASSUMED * ALIKE_BY_CHANCE) / (compared + ASSUMED))


def _chance(column: Column) -> Numbers:
    """The two records compared have the value by definition: only others say how frequent it is."""
    counts, known = column.counts()
    if not column.field.counted:
        return np.full(len(counts), column.field.chance)
    return (np.maximum(counts - 2, 0) + ASSUMED * column.field.chance) / (known + ASSUMED)


def assumed(records: Records) -> dict[str, Weigher]:
    """By the program's assumptions alone, for records that were picked because they are alike."""
    every = {name: np.full(records.count, column.field.chance) for name, column in records.columns.items()}
    return {name: Weigher(column, every[name], ALIKE_BY_CHANCE) for name, column in records.columns.items()}


def weighers(records: Records) -> dict[str, Weigher]:
    """The same for the same records: the draw is seeded."""
    draw = np.random.default_rng(records.count)
    size = min(records.count, SAMPLE)
    left = draw.integers(0, records.count, size)
    right = draw.integers(0, records.count, size)
    apart = left != right
    return {name: weigher(column, left[apart], right[apart]) for name, column in records.columns.items()}
