"""Amounts a head, compared."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Amounts:
    """What leads brought, 0 for most of them: all that Student's and Welch's tests know of a sample is in its size, sum
    and sum of squares."""

    leads: int = 0
    total: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.leads + other.leads, self.total + other.total, self.squares + other.squares)

    @classmethod
    def of(cls, leads: int, total: Any, squares: Any) -> "Amounts":
        """As a database sums them: null for none."""
        return cls(leads, Decimal(total or 0), Decimal(squares or 0))


@dataclass(frozen=True)
class Mean:
    """Of one group; the 95 % interval is Student's. None where there are too few to say."""

    leads: int
    total: Decimal
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class MeanDifference:
    """First mean minus second with the interval and test of B. L. Welch (Biometrika 34, 1947)."""

    difference: float
    low: float
    high: float
    p: float


def mean(amounts: Amounts) -> Mean:
    leads, total = amounts.leads, amounts.total
    if leads < 2:
        return Mean(leads, total, float(total) if leads else None, None, None)
    low, high = _described(amounts).tconfint_mean(alpha=0.05)
    return Mean(leads, total, float(total) / leads, _finite(low), _finite(high))


def welch(first: Amounts, second: Amounts) -> MeanDifference | None:
    """None where a group has fewer than two leads or nothing varies."""
    from statsmodels.stats.weightstats import CompareMeans

    if min(first.leads, second.leads) < 2 or not (_spread(first) or _spread(second)):
        return None
    compared = CompareMeans(_described(first), _described(second))
    low, high = compared.tconfint_diff(alpha=0.05, usevar="unequal")
    _, p, _ = compared.ttest_ind(usevar="unequal")
    return MeanDifference(float(compared.d1.mean - compared.d2.mean), float(low), float(high), float(p))


def _described(amounts: Amounts) -> Any:
    """Two values that have the sample's size, mean and variance between them stand for all of it."""
    from statsmodels.stats.weightstats import DescrStatsW

    middle, away = float(amounts.total) / amounts.leads, _spread(amounts)
    return DescrStatsW([middle - away, middle + away], weights=[amounts.leads / 2] * 2, ddof=1)


def _spread(amounts: Amounts) -> float:
    """Root mean square distance from the mean."""
    exact = amounts.squares / amounts.leads - (amounts.total / amounts.leads) ** 2
    return math.sqrt(max(exact, Decimal(0)))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
