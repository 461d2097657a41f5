"""Bars for each day, drawn as SVG by the page."""

from collections.abc import Sequence
from typing import Any, NamedTuple

WIDTH, HEIGHT, GAP = 960, 160, 0.2


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    label: str


def bars(rows: Sequence[dict[str, Any]], name: str) -> list[Bar]:
    """Of equal width, the highest as high as there is room; days on which nothing happens have none."""
    most = max((row[name] for row in rows), default=0)
    step = WIDTH / max(len(rows), 1)
    return [
        Bar(
            round(number * step, 1),
            round(HEIGHT * (1 - row[name] / most), 1),
            round(step * (1 - GAP), 1),
            round(HEIGHT * row[name] / most, 1),
            f"{row['day']:%a %d %b}: {row[name]:,}",
        )
        for number, row in enumerate(rows)
        if row[name]
    ]
