import weakref
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep, proportion_effectsize

from reports.statistics import MINIMUM_SAMPLE, difference, wilson
from reports.statistics.money import Amounts, mean, welch
from reports.statistics.power import detectable, sample_needed, sample_ratio
from reports.statistics.rates import compare, holm, holm_levels
from reports.statistics.strata import mantel_haenszel
from reports.statistics.survival import Times, curve, log_rank, quantiles


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17 (1998), table I, method 3.
@pytest.mark.parametrize(
    ("won", "leads", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_of_the_literature(won, leads, low, high):
    rate = wilson(won, leads)
    assert (rate.rate, round(rate.low, 4), round(rate.high, 4)) == (won / leads, low, high)


def test_wilson_of_no_leads_is_unknown():
    rate = wilson(0, 0)
    assert (rate.leads, rate.won, rate.rate, rate.low, rate.high, rate.enough) == (0, 0, None, None, None, False)


# R. G. Newcombe, "Interval estimation for the difference between independent proportions", Stat. Med. 17 (1998),
# table II, method 10.
@pytest.mark.parametrize(
    ("first", "second", "low", "high", "excludes_zero"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339, True),
        ((9, 10), (3, 10), 0.1705, 0.8090, True),
        ((5, 56), (0, 29), -0.0381, 0.1926, False),
        ((0, 10), (0, 20), -0.1611, 0.2775, False),
    ],
)
def test_difference_gives_the_intervals_of_the_literature(first, second, low, high, excludes_zero):
    found = difference(wilson(*first), wilson(*second))
    assert (round(found.low, 4), round(found.high, 4), found.excludes_zero) == (low, high, excludes_zero)


def test_difference_is_first_minus_second():
    assert difference(wilson(3, 10), wilson(9, 10)).difference == pytest.approx(-0.6)


def test_sample_is_enough_from_the_minimum_on():
    assert [wilson(0, leads).enough for leads in (MINIMUM_SAMPLE - 1, MINIMUM_SAMPLE)] == [False, True]


def times_of(days, won):
    found = Times()
    for day, is_won in zip(days, won, strict=True):
        (found.won if is_won else found.open)[int(day)] += 1
    return found


@pytest.fixture
def watched():
    """Days and whether won of two groups, with ties."""
    rng = np.random.default_rng(1)
    days = np.ceil(rng.exponential([[10], [16]], (2, 200))).astype(int)
    return days, rng.random((2, 200)) < 0.6


def test_curve_is_kaplan_and_meier_s(watched):
    days, won = watched[0][0], watched[1][0]
    expected = SurvfuncRight(days, won.astype(int))
    points = curve(times_of(days, won))
    assert [point.day for point in points] == list(expected.surv_times)
    assert [point.share for point in points] == pytest.approx(1 - expected.surv_prob)
    assert [point.at_risk for point in points] == list(expected.n_risk)
    assert all(point.low <= point.share <= point.high for point in points if point.low is not None)


def test_log_rank_is_that_of_the_single_leads(watched):
    days, won = watched
    _, expected = survdiff(days.ravel(), won.ravel().astype(int), np.repeat([0, 1], 200))
    assert log_rank(times_of(days[0], won[0]), times_of(days[1], won[1])) == pytest.approx(expected)


def test_curves_without_wins_say_nothing():
    nobody = Times(open=Counter({5: 40}))
    assert (curve(nobody), log_rank(nobody, nobody)) == ([], None)


def test_quantiles_fall_between_days():
    assert quantiles({1: 1, 2: 1, 3: 1, 4: 1}, [0.5, 0.75]) == [2.5, 3.25]
    assert quantiles({}, [0.5]) is None


# S. Holm (1979): the smallest p times m, the next times m - 1, never falling.
def test_holm_corrects_in_the_order_given():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm_levels([0.04, 0.01, 0.03]) == pytest.approx([0.05, 0.05 / 3, 0.025])
    assert holm([]) == []


def test_comparison_of_groups_that_are_all_alike_has_nothing_to_test():
    found = compare(wilson(0, 40), wilson(0, 50))
    assert (found.p, found.z, found.ratio) == (1.0, None, None)


# Admissions to Berkeley in 1973 (P. Bickel and others, Science 187, 1975): men are admitted more often, but not within
# departments.
BERKELEY = [
    ((512, 825), (89, 108)), ((353, 560), (17, 25)), ((120, 325), (202, 593)), ((138, 417), (131, 375)),
    ((53, 191), (94, 393)), ((22, 373), (24, 341)),
]  # fmt: skip


def test_mix_shift_does_not_pass_for_an_effect():
    pairs = [(wilson(*men), wilson(*women)) for men, women in BERKELEY]
    thrown_together = mantel_haenszel([(wilson(1198, 2691), wilson(557, 1835))])
    stratified = mantel_haenszel(pairs)
    assert round(thrown_together.odds_ratio, 2) == 1.84
    assert (round(stratified.odds_ratio, 4), stratified.strata) == (0.9047, 6)
    assert (thrown_together.p < 0.001, stratified.p > 0.05) == (True, True)


def test_strata_with_one_group_only_say_nothing():
    assert mantel_haenszel([(wilson(3, 10), wilson(0, 0))]) is None


def test_welch_compares_amounts_a_head():
    found = welch(_amounts([0] * 10 + [5] * 3), _amounts([0] * 20 + [5]))
    assert (round(found.difference, 4), round(found.low, 4), round(found.high, 4)) == (0.9158, -0.4706, 2.3021)
    assert welch(_amounts([0] * 10), _amounts([0] * 20)) is None


@pytest.mark.parametrize("second", [[1, 2, 2, 8], [0, 0, 0, 250, 3], [7, 7, 7, 9]])
def test_sums_say_of_a_sample_what_its_values_say(second):
    """Against SciPy on the values themselves."""
    first = [0, 0, 0, 12, 49.99, 3]
    found, whole = welch(_amounts(first), _amounts(second)), ttest_ind(first, second, equal_var=False)
    low, high = whole.confidence_interval()
    assert (found.p, found.low, found.high) == pytest.approx((whole.pvalue, low, high), rel=1e-9)
    alone = ttest_1samp(second, 0).confidence_interval()
    assert (mean(_amounts(second)).low, mean(_amounts(second)).high) == pytest.approx((alone.low, alone.high), rel=1e-9)


def _amounts(values):
    exact = [Decimal(str(value)) for value in values]
    return Amounts(len(exact), sum(exact, Decimal(0)), sum((value**2 for value in exact), Decimal(0)))


def test_sample_that_is_needed_has_the_power():
    needed = sample_needed(wilson(10, 100), wilson(300, 2000))
    powers = [power_proportions_2indep(-0.05, 0.15, size, ratio=20).power for size in (needed - 1, needed)]
    assert powers[0] < 0.8 <= powers[1] + 0.002
    assert sample_needed(wilson(10, 100), wilson(200, 2000)) is None


def test_more_leads_show_smaller_differences():
    found = [detectable(leads, wilson(300, 2000)) for leads in (50, 500, 5000)]
    assert found == sorted(found, reverse=True)
    assert detectable(0, wilson(300, 2000)) is None


@pytest.mark.parametrize(("leads", "won", "alpha"), [(500, 300, 0.05), (120, 300, 0.001), (40_000, 20, 0.05)])
def test_smallest_difference_that_can_be_shown_has_the_power(leads, won, alpha):
    rest = wilson(won, 2000)
    effect = proportion_effectsize(rest.rate + detectable(leads, rest, alpha=alpha), rest.rate)
    assert NormalIndPower().power(effect, leads, alpha, ratio=2000 / leads) == pytest.approx(0.8, abs=1e-6)


def test_sample_ratio_finds_a_split_that_is_not_as_planned():
    assert sample_ratio([500, 500], [1, 1])[1] == 1
    assert sample_ratio([600, 400], [1, 1])[1] < 0.001
    assert sample_ratio([900, 100], [9, 1])[1] == 1


def test_correcting_collects_no_garbage():
    """It would take longer than everything else that a report does."""
    cycle = weakref.ref(_cycle())
    assert holm([0.01, 0.04]) == pytest.approx([0.02, 0.04])
    assert cycle() is not None


def _cycle():
    class Node:
        pass

    node = Node()
    node.itself = node
    return node
