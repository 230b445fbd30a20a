"""Population tables: sums over many verdicts, and the rates and percentiles that districts report. Pure arithmetic.

Definitions: 企业数字画像 rates as in the district's published targets (关键工序数控化率, 经营管理数字化普及率,
数字化研发设计工具普及率); all sums are integers, so that a count kept by difference equals one made anew.
"""

from typing import NamedTuple

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

    @property
    def levels(self) -> tuple[int, ...]:
        """Firms by level, 未定级 first."""
        return self[1 : 1 + LEVELS]

    @property
    def dimensions(self) -> tuple[int, ...]:
        """Sums of the dimensions' permille."""
        return self[2 + LEVELS : 2 + LEVELS + DIMENSIONS]

    def at_least(self, level: int) -> int:
        """Firms of this level or a higher one."""
        return sum(self.levels[level:])


SUMS = Cell._fields
