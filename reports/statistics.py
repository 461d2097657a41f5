"""How sure we are. Everything here is statsmodels'; nothing statistical is written by hand.

statsmodels takes a second to import, so it is imported where it is used.
"""

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
    """First rate minus second, with the 95 % interval of R. G. Newcombe (Stat. Med. 17, 1998, method 10)."""

    difference: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def wilson(won: int, leads: int) -> Rate:
    from statsmodels.stats.proportion import proportion_confint

    if not leads:
        return Rate(leads=0, won=0, rate=None, low=None, high=None)
    low, high = proportion_confint(won, leads, alpha=0.05, method="wilson")
    return Rate(leads=leads, won=won, rate=won / leads, low=float(low), high=float(high))


def difference(first: Rate, second: Rate) -> Difference:
    """Both rates must have leads."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        first.won, first.leads, second.won, second.leads, method="newcomb", compare="diff", alpha=0.05
    )
    return Difference(difference=first.won / first.leads - second.won / second.leads, low=float(low), high=float(high))
