"""Time to close of leads that are not ripe yet: those still open have been seen not to close so far."""

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Times:
    """How many leads were won on each day after their first inquiry, and for how many days the others were watched."""

    won: Counter[int] = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)

    @property
    def leads(self) -> int:
        return self.won.total() + self.open.total()


@dataclass(frozen=True)
class Point:
    """``share`` won within ``day`` days, with its 95 % interval, and how many were still watched on that day."""

    day: int
    share: float
    low: float | None
    high: float | None
    at_risk: int


def curve(times: Times) -> list[Point]:
    """1 minus Kaplan and Meier's estimate (JASA 53, 1958) with the exponential form of Greenwood's interval. A
    lead that was lost or disqualified stays under watch until today: it can be reopened, and it has not been won."""
    import numpy as np
    from scipy.stats import CensoredData, ecdf

    if not times.won:
        return []
    data = CensoredData(uncensored=_expanded(times.won), right=_expanded(times.open))
    found = ecdf(data).sf
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # undefined where all are won: said as None below
        interval = found.confidence_interval(method="log-log")
    at_risk = Watched(times)
    rows = zip(
        found.quantiles, found.probabilities, interval.high.probabilities, interval.low.probabilities, strict=True
    )
    return [
        Point(int(day), 1 - float(share), _one_minus(high), _one_minus(low), at_risk[int(day)])
        for day, share, high, low in rows
        if int(day) in times.won
    ]


def log_rank(first: Times, second: Times) -> float | None:
    """p of the log-rank test (N. Mantel, Cancer Chemother. Rep. 50, 1966): Mantel and Haenszel's, with each day on
    which a lead was won as a stratum. None where there is nothing to compare."""
    from statsmodels.stats.contingency_tables import StratifiedTable

    first_at_risk, second_at_risk = Watched(first), Watched(second)
    tables = []
    for day in sorted({*first.won, *second.won}):
        a, b = first_at_risk[day], second_at_risk[day]
        won = (first.won[day], second.won[day])
        if a and b and sum(won) < a + b:
            tables.append([[won[0], a - won[0]], [won[1], b - won[1]]])
    if not tables:
        return None
    import numpy as np

    return float(StratifiedTable([np.array(t, dtype=float) for t in tables]).test_null_odds(correction=False).pvalue)


def quantiles(days: Mapping[int, int], shares: Sequence[float]) -> list[float] | None:
    """As numpy's default: between the two days around it where it falls between them."""
    import numpy as np

    expanded = _expanded(Counter(dict(days)))
    return [float(value) for value in np.quantile(expanded, shares)] if len(expanded) else None


def _expanded(days: Counter[int]):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.repeat(np.fromiter(days.keys(), float, len(days)), np.fromiter(days.values(), int, len(days)))


def _one_minus(value: float) -> float | None:
    import math

    return 1 - float(value) if math.isfinite(value) else None


class Watched:
    """How many were still watched, and not won, when a day began."""

    def __init__(self, times: Times) -> None:
        import numpy as np

        self._days = np.array(sorted({*times.won, *times.open}), dtype=int)
        counts = np.array([times.won[day] + times.open[day] for day in self._days], dtype=int)
        self._left = np.cumsum(counts[::-1])[::-1]

    def __getitem__(self, day: int) -> int:
        import numpy as np

        place = int(np.searchsorted(self._days, day))
        return int(self._left[place]) if place < len(self._left) else 0
