"""What is sent, and what is answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Statement:
    """``parameters`` are gone through once, when it is sent: the database works on those before it meanwhile."""

    sql: str
    parameters: Iterable[Any]


@dataclass(frozen=True)
class Answer:
    count: int
    rows: list[tuple[Any, ...]] = field(default_factory=list)
