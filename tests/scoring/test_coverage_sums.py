"""Sums over verdicts, rates with their empty denominators, and nearest-rank percentiles."""

from fractions import Fraction

import numpy as np
import pytest

from scoring import coverage
from scoring.coverage import FIGURES, SUMS, Cell


def columns(*rows: dict[str, int]) -> dict[str, coverage.IntArray]:
    names = ("level", "score", *FIGURES)
    return {name: np.array([row.get(name, -1) for row in rows], np.int64) for name in names}


FIRM = {"level": 2, "score": 4567, "d1": 500, "cnc_num": 2, "cnc_den": 3, "management": 1, "tools": 0, "no_design": 1}


def test_a_firm_adds_one_to_its_level_and_nothing_where_it_is_not_known() -> None:
    cell = Cell(*coverage.contributions(columns(FIRM))[:, 0].tolist())
    assert (cell.n, cell.levels, cell.score) == (1, (0, 0, 1, 0, 0, 0), 4567)
    assert (cell.dimensions, cell.dimension_counts) == ((500, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0))
    assert (cell.management_n, cell.management_yes) == (1, 1)
    assert (cell.tools_n, cell.tools_yes, cell.no_design) == (1, 0, 1)


@pytest.mark.parametrize(("num", "den", "ppm"), [(2, 3, 666_667), (1, 3, 333_333), (1, 2_000_000, 1), (0, 5, 0)])
def test_a_firms_own_rate_is_rounded_half_up_to_ppm(num: int, den: int, ppm: int) -> None:
    one = coverage.contributions(columns(FIRM | {"cnc_num": num, "cnc_den": den}))[:, 0]
    assert one[SUMS.index("cnc_sum")] == ppm


@pytest.mark.parametrize(("num", "den"), [(-1, -1), (0, 0)])
def test_a_firm_without_key_processes_is_in_no_rate(num: int, den: int) -> None:
    cell = Cell(*coverage.contributions(columns(FIRM | {"cnc_num": num, "cnc_den": den}))[:, 0].tolist())
    assert (cell.cnc_n, cell.cnc_sum, cell.cnc_num, cell.cnc_den) == (0, 0, 0, 0)


def test_tally_sums_by_key_and_has_the_keys_rising() -> None:
    keys, sums = coverage.tally(columns(FIRM, FIRM | {"level": 0, "score": 1}, FIRM), np.array([7, 3, 7]))
    assert keys.tolist() == [3, 7]
    assert [Cell(*row).n for row in sums.tolist()] == [1, 2]
    assert [Cell(*row).score for row in sums.tolist()] == [1, 2 * 4567]


def test_tally_of_nothing_is_nothing() -> None:
    keys, sums = coverage.tally(columns(), np.zeros(0, np.int64))
    assert keys.size == 0 and sums.shape == (0, len(SUMS))


def test_rates_are_exact_and_none_among_nobody() -> None:
    cell = Cell(
        n=3,
        l1=1,
        l2=2,
        score=100,
        d1=1200,
        d1_n=2,
        cnc_n=2,
        cnc_sum=1_000_001,
        cnc_num=7,
        cnc_den=9,
        management_n=3,
        management_yes=1,
        tools_n=3,
        tools_yes=2,
        no_design=1,
    )
    assert coverage.at_least_two_of_diagnosed(cell) == Fraction(2, 3)
    assert coverage.level_share(cell, 2, among=10) == Fraction(1, 5)
    assert coverage.score_mean(cell) == Fraction(100, 3)
    assert coverage.dimension_mean(cell, 1) == Fraction(3, 5)
    assert coverage.dimension_mean(cell, 2) is None
    assert coverage.cnc_mean(cell) == Fraction(1_000_001, 2_000_000)
    assert coverage.cnc_pooled(cell) == Fraction(7, 9)
    assert coverage.management_rate(cell) == Fraction(1, 3)
    assert coverage.tools_rate(cell) == Fraction(2, 3)
    rates = (coverage.cnc_mean, coverage.cnc_pooled, coverage.management_rate, coverage.tools_rate, coverage.score_mean)
    assert [rate(Cell()) for rate in rates] == [None] * 5


@pytest.mark.parametrize(
    ("point", "value"), [(1, 10), (25, 10), (26, 20), (50, 20), (51, 30), (75, 30), (76, 90), (100, 90)]
)
def test_percentile_is_the_nearest_rank(point: int, value: int) -> None:
    assert coverage.percentile(np.array([10, 20, 30, 90]), np.array([1, 1, 1, 1]), point) == value


def test_percentile_counts_how_often_a_value_occurs() -> None:
    values, counts = np.array([1, 2, 3]), np.array([98, 1, 1])
    assert [coverage.percentile(values, counts, point) for point in (50, 98, 99, 100)] == [1, 1, 2, 3]
    with pytest.raises(ValueError, match="nothing"):
        coverage.percentile(np.zeros(0, np.int64), np.zeros(0, np.int64), 50)
