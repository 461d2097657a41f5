"""Which pairs are worth comparing: those that share a blocking key. Never all pairs, and no block grows without bound.

A true pair need share only one of its keys, and each key survives another kind of error.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from leads.duplicates.fields import FIELDS
from leads.duplicates.records import Indexes, Records
from leads.duplicates.text import code

MAX_BLOCK = 40
WINDOW = 10


def candidate_pairs(records: Records) -> Indexes:
    """Rows (i, j), i < j, each once."""
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    order = []
    for index, row in enumerate(_rows(records)):
        order.append(_place_in_block(row))
        for key in set(block_keys(row)):
            blocks[key].append(index)
    found = [_within(block, order) for block in blocks.values() if len(block) > 1]
    if not found:
        return np.empty((0, 2), dtype=np.int64)
    left, right = np.concatenate(found).T
    each_once = np.unique(left * records.count + right)
    return np.stack(np.divmod(each_once, records.count), axis=1)


def block_keys(row: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """``row`` holds normal values."""
    names = sorted(filter(None, (code(row.get("first_name", "")), code(row.get("last_name", "")))))
    places = [row.get(name, "") for name in ("postcode", "city", "company")]
    for name, value in row.items():
        if value and (name not in FIELDS or name in ("email", "phone", "birth_date", "company")):
            yield name, value
    if mailbox := row.get("email", "").partition("@")[0]:
        yield "mailbox", mailbox
    if len(names) == 2:
        yield "names", *names
        yield "initial and name", names[0][0], names[1]
        yield "name and initial", names[0], names[1][0]
    for name in names:
        for place in filter(None, places):
            yield "name and place", name, place
    for name in ("street", "address_2"):
        if row.get(name):
            yield "address", code(row[name]), row.get("street_number", "")


def _rows(records: Records) -> Iterator[dict[str, str]]:
    names = list(records.columns)
    for values in zip(*(column.normal for column in records.columns.values()), strict=True):
        yield dict(zip(names, values, strict=True))


def _place_in_block(row: dict[str, str]) -> str:
    names = sorted((row.get("first_name", ""), row.get("last_name", "")))
    return " ".join([*names, row.get("company", "")])


def _within(block: list[int], order: list[str]) -> Indexes:
    """All pairs of a small block; of a large one those that are near each other when sorted by name."""
    if len(block) > MAX_BLOCK:
        members = np.array(sorted(block, key=lambda index: order[index]))
        steps = range(1, WINDOW)
        pairs = np.concatenate([np.stack([members[:-step], members[step:]], axis=1) for step in steps])
        return np.sort(pairs, axis=1)
    members = np.array(block)
    left, right = np.triu_indices(len(members), k=1)
    return np.stack([members[left], members[right]], axis=1)
