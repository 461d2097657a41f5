"""How much a sample can show, and how large it would have to be."""

import math

from reports.statistics.rates import Rate

POWER = 0.8


def sample_ratio(counts: list[int], weights: list[int]) -> tuple[float, float] | None:
    """Chi-squared and p of Pearson's test (Phil. Mag. 50, 1900) that the arms have the shares they were planned to
    have; None without leads. A small p says that something is wrong with the split."""
    from scipy.stats import chisquare

    total = sum(counts)
    if not total or len(counts) < 2:
        return None
    found = chisquare(counts, [total * weight / sum(weights) for weight in weights])
    return float(found.statistic), float(found.pvalue)


def sample_needed(first: Rate, second: Rate, *, alpha: float = 0.05) -> int | None:
    """How many leads the first group needs to show the difference seen now, if it is real, in four of five cases, while
    the second keeps its size relative to it (normal approximation; J. Fleiss, 1981). None without a difference."""
    from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

    seen, rest = first.won / first.leads, second.won / second.leads
    if abs(seen - rest) < 1e-9:
        return None
    ratio = second.leads / first.leads
    needed = samplesize_proportions_2indep_onetail(seen - rest, rest, POWER, ratio=ratio, alpha=alpha)
    return math.ceil(float(needed))


def detectable(first: int, second: Rate, *, alpha: float = 0.05) -> float | None:
    """The smallest difference from the second rate, as a fraction, that ``first`` leads show in four of five cases."""
    from statsmodels.stats.power import normal_sample_size_one_tail

    if not (first and second.leads and second.rate is not None):
        return None
    # What shows an effect of 1, when each lead varies by 1; the other tail is as good as empty at this power.
    alone = float(normal_sample_size_one_tail(1, POWER, alpha / 2))
    effect = math.sqrt(alone * (1 / first + 1 / second.leads))
    if effect > math.pi:
        return None
    angle = math.asin(math.sqrt(second.rate)) + effect / 2
    return math.sin(min(angle, math.pi / 2)) ** 2 - second.rate
