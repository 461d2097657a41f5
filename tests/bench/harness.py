"""Two things timed in turns in one run, so that whatever slows the machine down slows both: only their ratio counts."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

WARM_UP = 20


@dataclass(frozen=True)
class Line:
    """One figure, in seconds. ``bare`` is the same by the barest means; with it ``limit`` is that of the ratio, without
    it that of ``ours``. Without a limit the figure is only told."""

    bench: str
    size: int
    what: str
    ours: float
    bare: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.bare if self.bare else None

    @property
    def missed(self) -> bool:
        return self.limit is not None and (self.ours if self.ratio is None else self.ratio) > self.limit


@dataclass(frozen=True)
class Timings:
    """Seconds of each round, of both sides."""

    ours: Sequence[float]
    bare: Sequence[float]

    def lines(self, bench: str, size: int, what: str, *, limit: float | None = None) -> list[Line]:
        """The limit is that of the 95th percentile."""
        return [
            Line(bench, size, f"{what}, p95", p95(self.ours), p95(self.bare), limit),
            Line(bench, size, f"{what}, median", median(self.ours), median(self.bare)),
        ]


def in_turns(
    ours: Callable[[], object],
    bare: Callable[[], object],
    *,
    rounds: int,
    warm_up: int = WARM_UP,
    between: Callable[[], object] = lambda: None,
) -> Timings:
    """A B A B …; the first ``warm_up`` rounds are not counted. ``between`` puts things back, untimed."""
    timed: list[float] = []
    for _ in range(warm_up + rounds):
        for side in (ours, bare):
            timed.append(timed_once(side))
            between()
    counted = timed[2 * warm_up :]
    return Timings(counted[::2], counted[1::2])


def timed_once(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def p95(seconds: Sequence[float]) -> float:
    """The nearest rank: a time that was measured, not one between two."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def table(lines: Iterable[Line]) -> str:
    rows = [["benchmark", "records", "measured", "ours", "bare", "ratio", "limit", ""]]
    rows += [_cells(line) for line in lines]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    left = {0, 2, 7}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _cells(line: Line) -> list[str]:
    limit = "" if line.limit is None else f"{line.limit:g} x" if line.ratio is not None else seconds(line.limit)
    verdict = "" if line.limit is None else "MISSED" if line.missed else "ok"
    return [
        line.bench,
        f"{line.size:,}",
        line.what,
        seconds(line.ours),
        "" if line.bare is None else seconds(line.bare),
        "" if line.ratio is None else f"{line.ratio:.2f} x",
        limit,
        verdict,
    ]


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.2f} ms"
