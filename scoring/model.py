"""What a ruleset (评分规则) is once read and checked: frozen values, every number an exact integer or fraction.

A ruleset is of one of two families. "points": every answer gives points, their sum is the score, and a level is a floor
with conditions. "ratings": every sub-domain is rated once for each level, and the weighted mean of each level counts.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal

POINTS = 1000  # milli-points in a point
TOTAL = 100  # points of a scheme with nothing 不适用
WHOLE = 1_000_000  # the weights of the ratings family add up to this

Family = Literal["points", "ratings"]
Kind = Literal["single", "multi", "ratio", "ratio_banded", "scene", "ratings"]
Comparison = Literal["at_least", "ticked_at_least", "option_at_least"]
Counted = Literal["scenes", "binding_scenes"]


class RulesetError(ValueError):
    """A ruleset that cannot be used; the message reads "FILE:LINE: PLACE: what is wrong"."""


@dataclass(frozen=True)
class Dimension:
    """A dimension (维度) or element (能力要素). Its weight is `max_points` (milli-points), or in the ratings family
    `weight` (millionths); `check` says in Chinese what is still 待核 about it."""

    code: str
    title: str
    max_points: int
    weight: int = 0
    check: str | None = None


@dataclass(frozen=True)
class Shared:
    """The same question in another scheme, with the number printed there (F2, M1, …)."""

    scheme: str
    edition: str
    code: str
    printed_no: str


@dataclass(frozen=True)
class Band:
    """A band (区间) of a ratio: where it begins, whether that end belongs to it, and its milli-points.

    It ends where the next one begins; the last ends at `to`, or nowhere when the ratio `may_exceed_one`.
    """

    start: Fraction
    to: Fraction
    includes_start: bool
    includes_to: bool
    points: int


@dataclass(frozen=True)
class Indicator:
    """An indicator (指标) and what its answers are worth, in milli-points.

    `options` are the keys in order, () unless single or multi. `none` is the key of 无 in a multi. `option_points`
    stand in the order of `options`; they are () when `counted`: the points then are max_points × ticked ÷ number of
    `ticks`, rounded half-up.
    `knots` of a ratio are (ratio, milli-points), linear between, from ratio 0 to ratio 1; `bands` are those of a
    ratio_banded. A scene (场景) is graded from 0 to `grades` and gives no points; a `binding` one is 约束性.
    A sub-domain (ratings) gives no points either: it has a `weight` in millionths.
    `printed_no` is the number printed in the document, `check` what is still 待核, in Chinese.
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
    bands: tuple[Band, ...] = ()
    may_exceed_one: bool = False
    grades: int = 0
    group: str | None = None
    binding: bool = False
    weight: int = 0
    printed_no: str | None = None
    check: str | None = None
    note: str | None = None

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
class Gate:
    """A counted condition of a level: at least `at_least` scenes, or binding scenes, graded `graded` or higher."""

    count: Counted
    graded: int
    at_least: int


@dataclass(frozen=True)
class Level:
    """A level (等级): reached when the score is at least `min_score` (units of 10**-decimals) and every condition
    and gate holds, here and in all lower levels. In the ratings family: when the level's own score, and that of every
    lower level, is at least `Ruleset.met_at`; `min_score` is then what S is at least."""

    level: int
    title: str
    min_score: int
    conditions: tuple[Condition, ...]
    gates: tuple[Gate, ...] = ()
    check: str | None = None


@dataclass(frozen=True, eq=False)
class Ruleset:
    """One edition of one scheme. Compared by identity; `sha256` (of the file's bytes) says whether two are the same.

    `indicators` are contiguous by dimension, in the order of `dimensions`, then of `unscored` (the dimensions of
    scenes, which give no points). `not_applicable` are groups of indicators that are 不适用 all together or not at all;
    in the ratings family every sub-domain is one, but one at least must remain.
    `document` is the 文号, `check` what is still 待核 about the whole.
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
    family: Family = "points"
    document: str | None = None
    check: str | None = None
    unscored: tuple[Dimension, ...] = ()
    met_at: int = 0  # ratings family: the score of a level that meets it, in units of 10**-decimals

    @property
    def name(self) -> str:
        """scheme/edition, the name everything else calls it by."""
        return f"{self.scheme}/{self.edition}"

    @property
    def max_points(self) -> int:
        """All milli-points there are when nothing is 不适用; 0 in the ratings family."""
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

    @cached_property
    def conditioned(self) -> tuple[str, ...]:
        """The codes of the indicators that some level has a condition on."""
        return tuple(dict.fromkeys(each.indicator for level in self.levels for each in level.conditions))

    @cached_property
    def _optional(self) -> frozenset[str]:
        return frozenset().union(*self.not_applicable)

    def may_not_apply(self, code: str) -> bool:
        """Whether 不适用 is an answer to this indicator."""
        return code in self._optional
