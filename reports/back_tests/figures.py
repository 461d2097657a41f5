"""How well a policy picks leads that are won, how sure that is, and what the reps would get.

Precision: of the leads that it qualifies, the share that was won. Recall: of the leads that were won, the share that
it qualifies. Lift: precision against the close rate of all leads. Each proportion has its Wilson interval. Two policies
judge the same leads, so their samples overlap and intervals for independent samples would be wrong: what compares them
is bootstrapped over leads (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13, percentiles).
Drawing leads anew with replacement is one multinomial draw over the eight cells of the tally, so it is quick and exact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from reports.back_tests.tally import Tally
from reports.statistics import MINIMUM_SAMPLE, Rate, wilson

DRAWS, SEED = 10_000, 1
RECENT_WEEKS = 13
CELLS = [(draft, other, won) for draft in (True, False) for other in (True, False) for won in (True, False)]


@dataclass(frozen=True)
class Estimate:
    """With its 95 % interval; no limit above where ``high`` is None."""

    value: float
    low: float
    high: float | None


@dataclass(frozen=True)
class Load:
    """Qualified leads a rep would get a week: in all weeks of the period, and in its last ones."""

    always: float | None
    recently: float | None


@dataclass(frozen=True)
class Measures:
    """Of one policy."""

    qualified: int
    won: int
    share: Rate
    precision: Rate
    recall: Rate
    lift: Estimate | None
    load: Load


@dataclass(frozen=True)
class Figures:
    """``reps``: the active ones. ``against``: there is a policy to compare with."""

    tally: Tally
    reps: int
    against: bool

    @cached_property
    def draft(self) -> Measures:
        return self._measures(0)

    @cached_property
    def other(self) -> Measures | None:
        return self._measures(1) if self.against else None

    @cached_property
    def all_leads(self) -> Rate:
        return wilson(self.tally.count(won=True), self.tally.count())

    @cached_property
    def enough(self) -> bool:
        """To compare: each qualifies enough leads, and enough were won."""
        qualified = [self.draft.qualified, *([self.other.qualified] if self.other else [])]
        return min(*qualified, self.all_leads.won, self.tally.count()) >= MINIMUM_SAMPLE

    @cached_property
    def precision_difference(self) -> Estimate | None:
        return self._compared(lambda n: _precision(n, 0) - _precision(n, 1))

    @cached_property
    def recall_difference(self) -> Estimate | None:
        return self._compared(lambda n: _recall(n, 0) - _recall(n, 1))

    @cached_property
    def lift_over_other(self) -> Estimate | None:
        return self._compared(lambda n: _precision(n, 0) / _precision(n, 1))

    def _measures(self, place: int) -> Measures:
        asked: dict[str, Any] = {("draft", "other")[place]: True}
        qualified, won = self.tally.count(**asked), self.tally.count(**asked, won=True)
        return Measures(
            qualified=qualified,
            won=won,
            share=wilson(qualified, self.tally.count()),
            precision=wilson(won, qualified),
            recall=wilson(won, self.all_leads.won),
            lift=self._estimate(lambda n: _precision(n, place) / _base(n))
            if qualified and self.all_leads.won
            else None,
            load=self._load(place + 1),
        )

    def _load(self, column: int) -> Load:
        weeks = self.tally.weeks
        if not weeks or not self.reps:
            return Load(None, None)
        first, last = min(weeks), max(weeks)
        recent = max(first, last - timedelta(weeks=RECENT_WEEKS - 1))
        return Load(self._a_week(column, first, last), self._a_week(column, recent, last))

    def _a_week(self, column: int, first: date, last: date) -> float:
        """Weeks without an inquiry count too."""
        count = sum(counts[column] for day, counts in self.tally.weeks.items() if first <= day <= last)
        return count / ((last - first).days // 7 + 1) / self.reps

    def _compared(self, figure: Callable[[Any], Any]) -> Estimate | None:
        return self._estimate(figure) if self.against and self.enough else None

    def _estimate(self, figure: Callable[[Any], Any]) -> Estimate | None:
        """None where the figure is that of no leads."""
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(figure(self._counts))
            if not np.isfinite(value):
                return None
            drawn = figure(self._drawn)
        low, high = np.nanquantile(drawn, (0.025, 0.975))
        return Estimate(value, float(low), float(high) if np.isfinite(high) else None)

    @cached_property
    def _counts(self) -> Any:
        import numpy as np

        return np.array([self.tally.cells[cell] for cell in CELLS], dtype=float)

    @cached_property
    def _drawn(self) -> Any:
        """The counts of the cells, a row for each of the draws."""
        import numpy as np

        leads = int(self._counts.sum())
        return np.random.default_rng(SEED).multinomial(leads, self._counts / leads, size=DRAWS).astype(float)


def _sum(counts: Any, where: Callable[[tuple[bool, bool, bool]], bool]) -> Any:
    return counts[..., [place for place, cell in enumerate(CELLS) if where(cell)]].sum(axis=-1)


def _precision(counts: Any, place: int) -> Any:
    return _sum(counts, lambda cell: cell[place] and cell[2]) / _sum(counts, lambda cell: cell[place])


def _recall(counts: Any, place: int) -> Any:
    return _sum(counts, lambda cell: cell[place] and cell[2]) / _sum(counts, lambda cell: cell[2])


def _base(counts: Any) -> Any:
    return _sum(counts, lambda cell: cell[2]) / _sum(counts, lambda cell: True)
