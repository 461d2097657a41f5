import pytest

from reports.statistics import MINIMUM_SAMPLE, difference, wilson


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
