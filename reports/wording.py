"""Figures in words. Comparisons of paths are observational: no causal words but for what was drawn at random."""

from collections.abc import Sequence

from reports.statistics.rates import Comparison, Difference, Rate

UNKNOWN, MINUS = "\u2013", "\u2212"


def percent(fraction: float, sign: str = "") -> str:
    return f"{fraction * 100:{sign}.1f}".replace("-", MINUS)


def with_interval(rate: Rate) -> str:
    """31.2 % (26.1 to 36.9 %, n = 214)."""
    if rate.rate is None or rate.low is None or rate.high is None:
        return "an unknown rate (n = 0)"
    return f"{percent(rate.rate)} % ({percent(rate.low)} to {percent(rate.high)} %, n = {rate.leads:,})"


def points(found: Difference) -> str:
    return f"{percent(found.difference, '+')} points ({percent(found.low, '+')} to {percent(found.high, '+')})"


def chance(found: Comparison, corrected: float) -> str:
    if corrected < 0.05:
        return "Unlikely to be chance alone."
    if found.difference.excludes_zero:
        return "Not beyond chance once corrected for the number of comparisons."
    return "Zero is within that, so it may be chance: too close to call."


def listed(texts: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([*([", ".join(texts[:-1])] if len(texts) > 1 else []), *texts[-1:]])


def probability(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"
