"""Pairs that may be the same person, with a score from 0 to 1 and the reasons for it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leads.duplicates.blocking import candidate_pairs
from leads.duplicates.evidence import Evidence, evidence
from leads.duplicates.reasons import reasons
from leads.duplicates.records import Indexes, Numbers, Records
from leads.duplicates.weights import Weigher, weighers

LIKELY = 0.5
CHUNK = 200_000
SHARED_AT_MOST = 12.0  # bits


@dataclass(frozen=True)
class Match:
    """``left`` and ``right`` are positions among the records."""

    left: int
    right: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Matches:
    compared: int
    found: list[Match]


def find_matches(records: Records, *, at_least: float = LIKELY) -> Matches:
    """Best first; ``compared`` is how many pairs were looked at."""
    pairs = candidate_pairs(records)
    if not len(pairs):
        return Matches(0, [])
    prior = 1 / max(records.count, 1_000)
    return Matches(len(pairs), match_pairs(records, pairs, weighers(records), prior=prior, at_least=at_least))


def match_pairs(
    records: Records, pairs: Indexes, weigh: dict[str, Weigher], *, prior: float, at_least: float
) -> list[Match]:
    """``prior``: the odds that two records are of one person, before anything is compared."""
    chunks = (pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK))
    found = [match for chunk in chunks for match in _matches(records, chunk, weigh, prior, at_least)]
    return sorted(found, key=lambda match: (-match.score, match.left, match.right))


def _matches(
    records: Records, pairs: Indexes, weigh: dict[str, Weigher], prior: float, at_least: float
) -> Iterator[Match]:
    left, right = pairs[:, 0], pairs[:, 1]
    seen = evidence(weigh, left, right)
    scores = _scores(seen, prior)
    for at in np.flatnonzero(scores >= at_least):
        i, j = int(left[at]), int(right[at])
        yield Match(i, j, round(float(scores[at]), 4), reasons(seen, records, i, j, int(at)))


def _scores(seen: list[Evidence], prior: float) -> Numbers:
    """The probability of being one person. What colleagues or a family have in common agrees all at once, so that its
    fields together count no more than ``SHARED_AT_MOST``."""
    shared = np.sum([np.maximum(item.bits, 0) for item in seen if item.field.shared], axis=0)
    own = np.sum([np.minimum(item.bits, 0) if item.field.shared else item.bits for item in seen], axis=0)
    bits = np.minimum(shared, SHARED_AT_MOST) + own + np.log2(prior)
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))
