"""Population tables: sums over many verdicts, and the rates and percentiles that districts report. Pure arithmetic.

Definitions: 企业数字画像 rates as in the district's published targets (关键工序数控化率, 经营管理数字化普及率,
数字化研发设计工具普及率); all sums are integers, so that a count kept by difference equals one made anew.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
# What the statistics read of one verdict, in this order. -1: not known (of d1 … d6: no such dimension).
FIGURES = (
    *("d1", "d2", "d3", "d4", "d5", "d6"),  # 得分率 of the dimensions in permille, rounded half-up
    *("cnc_num", "cnc_den"),  # 关键工序: 数控化的, 总数
    "management",  # 1: 采购、销售、财务、人力资源、协同办公 are all digital, 0: not all
    "tools",  # 1: at least one designer works with digital tools, 0: none
    "no_design",  # 1: declared to have no own design (不适用), 0: has
)
LEVELS = 6
DIMENSIONS = 6
PPM = 1_000_000


class Cell(NamedTuple):
    """Sums over the firms of one cell; every field is the sum of one column.

    ``l0`` … ``l5`` firms by level; ``score`` in units of 10**-decimals of the ruler; ``d1`` … ``d6`` permille;
    ``cnc_sum`` the firms' own 数控化率 in ppm, each rounded half-up, over ``cnc_n`` firms; ``cnc_num`` / ``cnc_den``
    the pooled ratio; ``management_yes`` of ``management_n``; ``tools_yes`` of ``tools_n``, among which ``no_design``
    firms without own design count as no.
    """

    n: int = 0
    l0: int = 0
    l1: int = 0
    l2: int = 0
    l3: int = 0
    l4: int = 0
    l5: int = 0
    score: int = 0
    d1: int = 0
    d2: int = 0
    d3: int = 0
    d4: int = 0
    d5: int = 0
    d6: int = 0
    cnc_n: int = 0
    cnc_sum: int = 0
    cnc_num: int = 0
    cnc_den: int = 0
    management_n: int = 0
    management_yes: int = 0
    tools_n: int = 0
    tools_yes: int = 0
    no_design: int = 0
    d1_n: int = 0
    d2_n: int = 0
    d3_n: int = 0
    d4_n: int = 0
    d5_n: int = 0
    d6_n: int = 0

    @property
    def levels(self) -> tuple[int, ...]:
        """Firms by level, 未定级 first."""
        return self[1 : 1 + LEVELS]

    @property
    def dimensions(self) -> tuple[int, ...]:
        """Sums of the dimensions' permille."""
        return self[2 + LEVELS : 2 + LEVELS + DIMENSIONS]

    @property
    def dimension_counts(self) -> tuple[int, ...]:
        """Over how many firms the dimensions are summed."""
        return self[-DIMENSIONS:]

    def at_least(self, level: int) -> int:
        """Firms of this level or a higher one."""
        return sum(self.levels[level:])


SUMS = Cell._fields


def contributions(columns: Mapping[str, IntArray]) -> IntArray:
    """What each of n verdicts adds to the sums of its cells, shape (len(SUMS), n).

    ``columns``: ``level``, ``score`` and those of FIGURES, each of length n; -1 is not known and adds nothing. A firm's
    own 数控化率 is rounded half-up to ppm; without any key process it has none.
    """
    level = columns["level"]
    dimensions = [columns[f"d{number}"] for number in range(1, DIMENSIONS + 1)]
    counted = columns["cnc_den"] > 0
    numerator, denominator = (np.where(counted, columns[name], 0) for name in ("cnc_num", "cnc_den"))
    rows = (
        np.ones(len(level), np.int64),
        *(level == number for number in range(LEVELS)),
        columns["score"],
        *(np.maximum(each, 0) for each in dimensions),
        *(counted, half_up(numerator * PPM, denominator), numerator, denominator),
        *(columns["management"] >= 0, columns["management"] == 1),
        *(columns["tools"] >= 0, columns["tools"] == 1, columns["no_design"] == 1),
        *(each >= 0 for each in dimensions),
    )
    return np.array(rows, np.int64).reshape(len(SUMS), len(level))


def half_up(numerators: IntArray, denominators: IntArray) -> IntArray:
    """Quotients of whole numbers ≥ 0 rounded to the nearest whole one, a half upwards; 0 where the denominator is."""
    found: IntArray = (2 * numerators + denominators) // np.maximum(2 * denominators, 1)
    return np.where(denominators > 0, found, 0)


def tally(columns: Mapping[str, IntArray], keys: IntArray) -> tuple[IntArray, IntArray]:
    """(the unique keys rising, their sums of shape (keys, len(SUMS))) of n verdicts with one key each."""
    unique, place = np.unique(keys, return_inverse=True)
    sums = np.zeros((len(SUMS), len(unique)), np.int64)
    for into, gain in zip(sums, contributions(columns), strict=True):
        np.add.at(into, place, gain)
    return unique, sums.T


def percentile(values: IntArray, counts: IntArray, point: int) -> int:
    """The nearest-rank percentile: the smallest value that at least ``point`` % of the counted do not exceed.

    ``values`` rise, ``counts`` say how often each occurs; exact for a whole ``point`` from 1 to 100. Raises ValueError
    when nothing is counted.
    """
    totals = np.cumsum(counts)
    if not len(totals) or totals[-1] <= 0:
        raise ValueError("nothing is counted")
    return int(values[np.searchsorted(totals, rank(int(totals[-1]), point))])


def rank(count: int, point: int) -> int:
    """Which of ``count`` sorted values is the nearest-rank percentile: ⌈count · point / 100⌉, at least the first."""
    return max(-(-count * point // 100), 1)


def level_share(cell: Cell, level: int, among: int) -> Fraction | None:
    """Firms of this level or a higher one ÷ ``among`` (the diagnosed or those in scope); None among nobody."""
    return _rate(cell.at_least(level), among)


def at_least_two_of_diagnosed(cell: Cell) -> Fraction | None:
    """二级及以上占比 among the diagnosed."""
    return level_share(cell, 2, cell.n)


def score_mean(cell: Cell) -> Fraction | None:
    """Mean score, in units of 10**-decimals of the ruler."""
    return _rate(cell.score, cell.n)


def dimension_mean(cell: Cell, number: int) -> Fraction | None:
    """Mean 得分率 (0 … 1) of dimension 1 … 6 over the firms to which it applies."""
    return _rate(cell.dimensions[number - 1], 1000 * cell.dimension_counts[number - 1])


def cnc_mean(cell: Cell) -> Fraction | None:
    """关键工序数控化率 as the mean of the firms' own rates."""
    return _rate(cell.cnc_sum, PPM * cell.cnc_n)


def cnc_pooled(cell: Cell) -> Fraction | None:
    """关键工序数控化率 as all firms' controlled processes ÷ all their key processes (合并计算)."""
    return _rate(cell.cnc_num, cell.cnc_den)


def management_rate(cell: Cell) -> Fraction | None:
    """经营管理数字化普及率."""
    return _rate(cell.management_yes, cell.management_n)


def tools_rate(cell: Cell) -> Fraction | None:
    """数字化研发设计工具普及率; firms without own design stand in the denominator as no."""
    return _rate(cell.tools_yes, cell.tools_n)


def _rate(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None
