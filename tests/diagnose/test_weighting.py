"""事后分层: by hand, collapsed by rule, and right about 95 times in a hundred."""

from fractions import Fraction
from math import isclose, sqrt

import numpy as np

from diagnose.services.weighting import Stratum, collapse, estimate

NORMAL = 1.959964


def stratum(industry: int, size: int, firms: int, asked: int, yes: int) -> Stratum:
    return Stratum(industry, size, firms, asked, Fraction(yes), Fraction(yes))


def test_the_estimate_is_that_worked_out_by_hand() -> None:
    """N = 100 + 300, n = 20 + 30, yes 10 and 24: 0.25 · 0.5 + 0.75 · 0.8 = 0.725.

    s² = 20/19 · 0.25 and 30/29 · 0.16, so the variance is 0.25² · 0.8 · s₁²/20 + 0.75² · 0.9 · s₂²/30.
    """
    found = estimate([stratum(33, 2, 100, 20, 10), stratum(34, 2, 300, 30, 24)], 10, NORMAL)
    assert found is not None
    assert found.share == Fraction(29, 40)
    variance = 0.0625 * 0.8 * (20 / 19 * 0.25) / 20 + 0.5625 * 0.9 * (30 / 29 * 0.16) / 30
    assert isclose(found.high - 0.725, NORMAL * sqrt(variance), rel_tol=1e-12)
    assert isclose(found.low + found.high, 1.45, rel_tol=1e-12)
    assert (found.strata, found.asked, found.firms) == (2, 50, 400)


def test_means_of_ratios_are_weighted_the_same_way() -> None:
    """Ten firms with ratios 0.1 … 1.0 stand for 40: their mean is 0.55, s² = 11/120."""
    ratios = [Fraction(place, 10) for place in range(1, 11)]
    one = Stratum(33, 2, 40, 10, sum(ratios, Fraction()), sum((ratio**2 for ratio in ratios), Fraction()))
    found = estimate([one], 10, NORMAL)
    assert found is not None
    assert found.share == Fraction(11, 20)
    assert isclose(found.high - 0.55, NORMAL * sqrt(0.75 * 11 / 120 / 10), rel_tol=1e-12)


def test_nothing_is_estimated_where_everybody_answered() -> None:
    assert estimate([stratum(33, 2, 30, 30, 10)], 10, NORMAL) is None


def test_nothing_is_estimated_from_too_few() -> None:
    assert estimate([stratum(33, 2, 30, 5, 3), stratum(34, 1, 60, 4, 3)], 10, NORMAL) is None
    assert estimate([], 10, NORMAL) is None


def test_neighbouring_sizes_of_an_industry_are_joined_first() -> None:
    sizes = [stratum(33, 0, 4, 2, 1), stratum(33, 1, 20, 9, 4), stratum(33, 2, 90, 40, 10), stratum(33, 3, 70, 3, 1)]
    assert [(one.firms, one.asked) for one in collapse(sizes, 10)] == [(24, 11), (160, 43)]


def test_industries_that_are_too_small_become_one() -> None:
    found = collapse([stratum(33, 2, 90, 40, 10), stratum(13, 2, 10, 6, 1), stratum(14, 2, 12, 7, 1)], 10)
    assert [(one.firms, one.asked) for one in found] == [(90, 40), (22, 13)]


def test_what_is_left_joins_the_one_with_the_fewest_answers() -> None:
    found = collapse([stratum(33, 2, 90, 40, 10), stratum(34, 2, 50, 12, 4), stratum(13, 2, 10, 6, 1)], 10)
    assert [(one.firms, one.asked) for one in found] == [(90, 40), (60, 18)]


def test_firms_without_any_answer_are_counted_with_their_neighbours() -> None:
    found = collapse([stratum(33, 2, 90, 40, 10), stratum(33, 3, 50, 0, 0)], 10)
    assert [(one.firms, one.asked) for one in found] == [(140, 40)]


def test_the_interval_covers_the_truth_about_ninety_five_times_in_a_hundred() -> None:
    """A population of 3,000 in six strata; those that do better answer more often."""
    rng = np.random.default_rng(20260331)
    firms = np.array([300, 900, 200, 700, 500, 400])
    yes = (firms * np.array([0.2, 0.4, 0.8, 0.55, 0.65, 0.3])).astype(int)
    zeal = np.array([0.1, 0.15, 0.6, 0.35, 0.5, 0.12])
    truth, hit, plain = yes.sum() / firms.sum(), 0, 0
    for _ in range(600):
        asked = rng.binomial(firms, zeal)
        found_yes = rng.hypergeometric(yes, firms - yes, asked)
        strata = [
            stratum(place, 0, *map(int, row)) for place, row in enumerate(zip(firms, asked, found_yes, strict=True))
        ]
        found = estimate(strata, 10, NORMAL)
        assert found is not None
        hit += found.low <= truth <= found.high
        plain += abs(found_yes.sum() / asked.sum() - truth) < found.high - float(found.share)
    assert 0.93 <= hit / 600 <= 0.97
    assert plain / 600 < 0.1  # the rate among those who answered is off
