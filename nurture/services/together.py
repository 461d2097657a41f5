"""Work on many at once, without one that fails holding up the others."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

logger = logging.getLogger(__name__)

CHUNK = 100
T = TypeVar("T")
R = TypeVar("R")


def together(items: Sequence[T], do: Callable[[list[T]], R], complaint: str) -> Iterator[R]:
    """``do`` by the chunk, a transaction of its own each time; where a chunk fails, one by one, and what fails then is
    logged with ``complaint``, which takes the item."""
    for start in range(0, len(items), CHUNK):
        chunk = list(items[start : start + CHUNK])
        try:
            yield do(chunk)
        except Exception:
            yield from _one_by_one(chunk, do, complaint)


def _one_by_one(items: list[T], do: Callable[[list[T]], R], complaint: str) -> Iterator[R]:
    for item in items:
        try:
            yield do([item])
        except Exception:
            logger.exception(complaint, item)
