"""Figures of a back-test, against statsmodels and against what must hold of any two policies."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from reports.back_tests import wording
from reports.back_tests.figures import Figures
from reports.back_tests.tally import Tally

MONDAY = date(2026, 3, 2)
CELLS = [(draft, other, won) for draft in (True, False) for other in (True, False) for won in (True, False)]
counts = st.lists(st.integers(0, 400), min_size=8, max_size=8)


def figures(*, against=True, reps=5, **cells):
    """figures(dow=10, d=5): d draft, o the other one qualifies, w won; x: neither, not won."""
    tally = Tally(Counter({tuple(letter in name for letter in "dow"): count for name, count in cells.items()}))
    return Figures(tally, reps, against)


def of(numbers):
    return Figures(Tally(Counter(dict(zip(CELLS, numbers, strict=True)))), 5, True)


def test_measures_are_those_of_the_confusion_matrix():
    found = figures(dow=30, do=20, dw=10, d=40, ow=5, o=15, w=5, x=75)
    assert (found.draft.qualified, found.draft.won, found.other.qualified, found.other.won) == (100, 40, 70, 35)
    assert (found.draft.precision.rate, found.draft.recall.rate, found.all_leads.rate) == (0.4, 0.8, 0.25)
    assert found.draft.lift.value == pytest.approx(0.4 / 0.25)
    assert found.lift_over_other.value == pytest.approx(0.4 / 0.5)
    assert found.precision_difference.value == pytest.approx(-0.1)
    assert found.recall_difference.value == pytest.approx(0.8 - 0.7)


def test_intervals_of_shares_are_wilsons():
    found = figures(dow=30, do=20, w=10, x=140).draft
    assert (found.precision.low, found.precision.high) == proportion_confint(30, 50, method="wilson")
    assert (found.recall.low, found.recall.high) == proportion_confint(30, 40, method="wilson")


def test_interval_of_policies_that_share_no_lead_is_that_of_independent_samples():
    found = figures(dw=300, d=700, ow=200, o=800, x=2000).precision_difference
    expected = confint_proportions_2indep(300, 1000, 200, 1000, compare="diff", method="newcomb")
    assert (found.low, found.high) == pytest.approx(expected, abs=0.003)


def test_interval_is_narrower_where_both_judge_the_same_leads_alike():
    found = figures(dow=300, do=690, dw=10, o=10, x=2000).precision_difference
    independent = confint_proportions_2indep(310, 1000, 300, 1000, compare="diff", method="newcomb")
    assert found.high - found.low < (independent[1] - independent[0]) / 3


def test_recall_interval_is_that_of_the_paired_proportions():
    """A. Agresti, Categorical Data Analysis (2002), 10.1.1: the Wald interval of dependent proportions."""
    both, only_draft, only_other, neither = 300, 80, 40, 80
    found = figures(dow=both, dw=only_draft, ow=only_other, w=neither, do=500, x=500).recall_difference
    n = both + only_draft + only_other + neither
    difference = (only_draft - only_other) / n
    error = 1.959964 * ((only_draft + only_other - (only_draft - only_other) ** 2 / n) ** 0.5) / n
    assert (found.value, found.low, found.high) == pytest.approx(
        (difference, difference - error, difference + error), abs=0.003
    )


@settings(max_examples=30, deadline=None)
@given(counts)
def test_a_policy_against_itself_differs_in_nothing(numbers):
    same = of([count if draft == other else 0 for (draft, other, _), count in zip(CELLS, numbers, strict=True)])
    assert same.draft == same.other
    if same.enough:
        for found, value in (
            (same.precision_difference, 0),
            (same.recall_difference, 0),
            (same.lift_over_other, 1 if same.draft.won else None),  # nobody won is no times as often as nobody
        ):
            ends = (found.value, found.low, found.high) if found else (None, None, None)
            assert ends == (value, value, value)


@settings(max_examples=30, deadline=None)
@given(counts)
def test_any_counts_give_figures_and_words(numbers):
    found = of(numbers)
    words = list(wording.sentences(found))
    assert bool(words) == bool(sum(numbers))
    assert not any("nan" in sentence or "inf" in sentence for sentence in words)
    if found.recall_difference:
        assert found.recall_difference.low <= found.recall_difference.value <= found.recall_difference.high


@settings(max_examples=30, deadline=None)
@given(counts)
def test_tally_survives_being_stored(numbers):
    tally = of(numbers).tally
    tally.weeks = {MONDAY: [3, 2, 1]}
    tally.unremembered = 4
    assert Tally.from_json(tally.as_json()) == Tally(+tally.cells, tally.weeks, 4)


def test_load_counts_quiet_weeks_too():
    tally = Tally()
    for day in (date(2026, 3, 2), date(2026, 3, 8), date(2026, 3, 30)):
        tally.add(draft=True, other=False, won=False, day=day, remembered=True)
    load = Figures(tally, 3, True).draft.load
    assert (load.always, load.recently) == (3 / 5 / 3, 3 / 5 / 3)
    assert list(tally.weeks) == [date(2026, 3, 2), date(2026, 3, 30)]


def test_recent_load_is_of_the_last_thirteen_weeks():
    tally = Tally()
    tally.add(draft=True, other=False, won=False, day=date(2025, 3, 3), remembered=True)
    for _ in range(26):
        tally.add(draft=True, other=False, won=False, day=date(2026, 3, 2), remembered=True)
    load = Figures(tally, 2, True).draft.load
    assert (load.always, load.recently) == (27 / 53 / 2, 1.0)


@pytest.mark.parametrize(
    ("cells", "begins"),
    [
        ({"dow": 100, "do": 50, "dw": 100, "o": 150, "x": 300}, "The draft is better at both"),
        ({"dow": 100, "do": 10, "ow": 100, "o": 300, "x": 300}, "A trade: those that the draft qualifies are won more"),
        ({"dow": 100, "do": 100, "dw": 100, "d": 600, "x": 300}, "A trade: the draft misses fewer"),
        ({"dow": 100, "do": 100, "dw": 2, "ow": 2, "x": 300}, "Too close to call"),
        ({"do": 150, "ow": 100, "o": 50, "d": 100, "dow": 5, "x": 300}, "The draft is worse at both"),
        ({"dow": 20, "do": 20, "x": 300}, "Too few to compare"),
    ],
)
def test_verdict_says_what_the_intervals_allow(cells, begins):
    assert list(wording.sentences(figures(**cells)))[-1].startswith(begins)


def test_without_another_policy_nothing_is_compared():
    found = figures(dw=100, d=50, x=200, against=False)
    assert (found.other, found.precision_difference, found.lift_over_other) == (None, None, None)
    assert list(wording.sentences(found))[-1].startswith("No other policy is active")
