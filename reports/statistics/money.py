"""Amounts a head, compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Amounts = Mapping[Decimal, int]  # amount to how many leads it was won from; 0 for those that brought nothing


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
    leads = sum(amounts.values())
    total = sum((amount * count for amount, count in amounts.items()), Decimal(0))
    if leads < 2:
        return Mean(leads, total, float(total) if leads else None, None, None)
    low, high = _described(amounts).tconfint_mean(alpha=0.05)
    return Mean(leads, total, float(total) / leads, _finite(low), _finite(high))


def welch(first: Amounts, second: Amounts) -> MeanDifference | None:
    """None where a group has fewer than two leads or nothing varies."""
    from statsmodels.stats.weightstats import CompareMeans

    if min(sum(first.values()), sum(second.values())) < 2 or len({*first, *second}) < 2:
        return None
    compared = CompareMeans(_described(first), _described(second))
    low, high = compared.tconfint_diff(alpha=0.05, usevar="unequal")
    _, p, _ = compared.ttest_ind(usevar="unequal")
    return MeanDifference(float(compared.d1.mean - compared.d2.mean), float(low), float(high), float(p))


def _described(amounts: Amounts):  # type: ignore[no-untyped-def]
    from statsmodels.stats.weightstats import DescrStatsW

    values = [float(amount) for amount in amounts]
    return DescrStatsW(values, weights=list(amounts.values()), ddof=1)


def _finite(value: float) -> float | None:
    import math

    return float(value) if math.isfinite(value) else None
