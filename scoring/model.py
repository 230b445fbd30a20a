"""What a ruleset (评分规则) is once read and checked: frozen values, every number an exact integer or fraction."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal

POINTS = 1000  # milli-points in a point
TOTAL = 100  # points of a scheme with nothing 不适用

Kind = Literal["single", "multi", "ratio"]
Comparison = Literal["at_least", "ticked_at_least", "option_at_least"]


class RulesetError(ValueError):
    """A ruleset that cannot be used; the message reads "FILE:LINE: PLACE: what is wrong"."""


@dataclass(frozen=True)
class Dimension:
    """A dimension (维度); `max_points` (its weight) in milli-points."""

    code: str
    title: str
    max_points: int


@dataclass(frozen=True)
class Shared:
    """The same question in another scheme, with the number printed there (F2, M1, …)."""

    scheme: str
    edition: str
    code: str
    printed_no: str


@dataclass(frozen=True)
class Indicator:
    """An indicator (指标) and what its answers are worth, in milli-points.

    `options` are the keys in order, () for a ratio. `none` is the key of 无 in a multi. `option_points` stand in the
    order of `options`; they are () when `counted`: the points then are max_points × ticked ÷ number of `ticks`,
    rounded half-up.
    `knots` of a ratio are (ratio, milli-points), linear between, from ratio 0 to ratio 1.
    """

    code: str
    dimension: str
    kind: Kind
    max_points: int
    options: tuple[str, ...] = ()
    none: str | None = None
    option_points: tuple[int, ...] = ()
    counted: bool = False
    knots: tuple[tuple[Fraction, int], ...] = ()
    shared_with: Shared | None = None

    @property
    def ticks(self) -> tuple[str, ...]:
        """The options of a multi that can be ticked together: all but 无."""
        return tuple(key for key in self.options if key != self.none)


@dataclass(frozen=True)
class Condition:
    """A condition of a level: a ratio of at least a Fraction, so many options ticked, or an option at least."""

    indicator: str
    kind: Comparison
    value: Fraction | int | str


@dataclass(frozen=True)
class Level:
    """A level (等级): reached when the score is at least `min_score` (units of 10**-decimals) and every condition
    holds, here and in all lower levels."""

    level: int
    title: str
    min_score: int
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, eq=False)
class Ruleset:
    """One edition of one scheme. Compared by identity; `sha256` (of the file's bytes) says whether two are the same.

    `indicators` are contiguous by dimension, in the order of `dimensions`. `not_applicable` are groups of indicators
    that are 不适用 all together or not at all.
    """

    scheme: str
    edition: str
    title: str
    status: str
    sources: tuple[str, ...]
    decimals: int
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    not_applicable: tuple[frozenset[str], ...]
    levels: tuple[Level, ...]
    unrated_title: str
    sha256: str
    path: Path

    @property
    def name(self) -> str:
        """scheme/edition, the name everything else calls it by."""
        return f"{self.scheme}/{self.edition}"

    @property
    def max_points(self) -> int:
        """All milli-points there are when nothing is 不适用."""
        return sum(dimension.max_points for dimension in self.dimensions)

    @cached_property
    def _by_code(self) -> dict[str, Indicator]:
        return {indicator.code: indicator for indicator in self.indicators}

    def indicator(self, code: str) -> Indicator:
        """The indicator of that code; KeyError when there is none."""
        return self._by_code[code]

    def level_title(self, level: int) -> str:
        """The title of a level; 0 is the title of an enterprise without one (未定级)."""
        return self.levels[level - 1].title if level else self.unrated_title

    def may_not_apply(self, code: str) -> bool:
        """Whether 不适用 is an answer to this indicator."""
        return any(code in group for group in self.not_applicable)
