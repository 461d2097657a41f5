"""One rate, and two rates compared."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

# Below this many leads no group is compared with another. Its interval is shown all the same.
MINIMUM_SAMPLE = 30


@dataclass(frozen=True)
class Rate:
    """``won`` of ``leads`` as a fraction, with its 95 % Wilson interval (E. B. Wilson, JASA 22, 1927). All three are
    None where there is no lead."""

    leads: int
    won: int
    rate: float | None
    low: float | None
    high: float | None

    @property
    def enough(self) -> bool:
        return self.leads >= MINIMUM_SAMPLE


@dataclass(frozen=True)
class Difference:
    """First rate minus second, with the interval of R. G. Newcombe (Stat. Med. 17, 1998, method 10)."""

    difference: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Comparison:
    """``ratio`` is the risk ratio with its 95 % interval (D. Katz and others, Biometrics 34, 1978), None where
    the second rate or the first is 0; ``z`` and ``p`` are of the pooled two-proportion test."""

    difference: Difference
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    z: float | None
    p: float


def wilson(won: int, leads: int) -> Rate:
    from statsmodels.stats.proportion import proportion_confint

    if not leads:
        return Rate(leads=0, won=0, rate=None, low=None, high=None)
    low, high = proportion_confint(won, leads, alpha=0.05, method="wilson")
    return Rate(leads=leads, won=won, rate=won / leads, low=float(low), high=float(high))


def difference(first: Rate, second: Rate, *, alpha: float = 0.05) -> Difference:
    """Both rates must have leads."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        first.won, first.leads, second.won, second.leads, method="newcomb", compare="diff", alpha=alpha
    )
    return Difference(difference=first.won / first.leads - second.won / second.leads, low=float(low), high=float(high))


def compare(first: Rate, second: Rate) -> Comparison:
    """Both rates must have leads."""
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    found = difference(first, second)
    ratio, low, high = None, None, None
    if first.won and second.won:
        ratio = (first.won / first.leads) / (second.won / second.leads)
        low, high = confint_proportions_2indep(
            first.won, first.leads, second.won, second.leads, compare="ratio", method="log", alpha=0.05
        )
    if first.won + second.won in (0, first.leads + second.leads):
        return Comparison(found, ratio, low, high, None, 1.0)  # all alike: there is nothing to test
    z, p = proportions_ztest([first.won, second.won], [first.leads, second.leads])
    return Comparison(found, ratio, _plain(low), _plain(high), float(z), float(p))


def holm(ps: Sequence[float]) -> list[float]:
    """Corrected for being several (S. Holm, Scand. J. Stat. 6, 1979), in the order given."""
    from statsmodels.stats.multitest import multipletests

    if not ps:
        return []
    with _nothing_to_collect():
        return [float(p) for p in multipletests(ps, method="holm")[1]]


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """``multipletests`` collects garbage in the whole process, a tenth of a second each time. It passes over frozen
    objects."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def holm_levels(ps: Sequence[float], *, alpha: float = 0.05) -> list[float]:
    """The level at which Holm's procedure tests each: alpha / m for the smallest p, alpha for the largest."""
    order = sorted(range(len(ps)), key=lambda index: ps[index])
    return [alpha / (len(ps) - order.index(index)) for index in range(len(ps))]


def _plain(value: float | None) -> float | None:
    return None if value is None else float(value)
