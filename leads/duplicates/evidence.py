"""What the fields of pairs say for and against their being one person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leads.duplicates.comparing import similarities
from leads.duplicates.fields import Field
from leads.duplicates.records import Indexes, Numbers
from leads.duplicates.weights import Weigher

SWAPS = {"first_name": "last_name", "street": "address_2"}
SWAP_COSTS = 3.0  # bits


@dataclass(frozen=True)
class Evidence:
    """One field of the left records against the same field of the right ones; where ``swapped`` against ``other``."""

    name: str
    other: str
    field: Field
    similarity: Numbers
    bits: Numbers
    swapped: NDArray[np.bool_]


def evidence(weigh: Mapping[str, Weigher], left: Indexes, right: Indexes) -> list[Evidence]:
    couples = [(one, two) for one, two in SWAPS.items() if one in weigh and two in weigh]
    coupled = {name for couple in couples for name in couple}
    found = [item for couple in couples for item in _couple(weigh, *couple, left, right)]
    return found + [_field(weigh, name, name, left, right) for name in weigh if name not in coupled]


def _field(weigh: Mapping[str, Weigher], name: str, other: str, left: Indexes, right: Indexes) -> Evidence:
    column = weigh[name].column
    similarity = similarities(column.field, column.normal[left], weigh[other].column.normal[right])
    bits = weigh[name].bits(similarity, left)
    return Evidence(name, other, column.field, similarity, bits, np.full(len(left), name != other))


def _couple(weigh: Mapping[str, Weigher], one: str, two: str, left: Indexes, right: Indexes) -> Iterator[Evidence]:
    """Two fields that people confuse, each way round where that explains the pair better."""
    straight = [_field(weigh, name, name, left, right) for name in (one, two)]
    crossed = [_field(weigh, name, other, left, right) for name, other in ((one, two), (two, one))]
    swapped = crossed[0].bits + crossed[1].bits - SWAP_COSTS > straight[0].bits + straight[1].bits
    for plain, cross in zip(straight, crossed, strict=True):
        yield Evidence(
            plain.name,
            cross.other,
            plain.field,
            np.where(swapped, cross.similarity, plain.similarity),
            np.where(swapped, cross.bits - SWAP_COSTS / 2, plain.bits),
            swapped,
        )
