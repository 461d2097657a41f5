"""Two rates within strata, so that a mix shift does not pass for an effect."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from reports.statistics.rates import Rate


@dataclass(frozen=True)
class Pooled:
    """``odds_ratio`` of Mantel and Haenszel with the interval of J. Robins and others (Biometrics 42, 1986), ``p`` of
    the Cochran-Mantel-Haenszel test (JNCI 22, 1959), ``p_same`` of N. Breslow and N. Day (1980): whether the strata
    agree. None where the data cannot say."""

    strata: int
    odds_ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    p_same: float | None


def mantel_haenszel(pairs: Sequence[tuple[Rate, Rate]]) -> Pooled | None:
    """``pairs``: both rates in each stratum. None where no stratum has both, and some won and some not."""
    import numpy as np
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = [_table(*pair) for pair in pairs if pair[0].leads and pair[1].leads]
    tables = [table for table in tables if table.sum() > 1 and table[:, 0].sum() and table[:, 1].sum()]
    if not tables:
        return None
    stratified = StratifiedTable([table.astype(float) for table in tables])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        low, high = stratified.oddsratio_pooled_confint(alpha=0.05)
        test = stratified.test_null_odds(correction=False)
        same = stratified.test_equal_odds().pvalue if len(tables) > 1 else None
        ratio = stratified.oddsratio_pooled
    return Pooled(len(tables), _known(ratio), _known(low), _known(high), _known(test.pvalue), _known(same))


def _table(first: Rate, second: Rate):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.array([[rate.won, rate.leads - rate.won] for rate in (first, second)])


def _known(value: float | None) -> float | None:
    import math

    return float(value) if value is not None and math.isfinite(value) else None
