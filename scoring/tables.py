"""A ruleset multiplied out into integer tables, so that judging is looking up and adding.

A coded answer (single, multi) is one small integer: 0 unanswered, 1 … the answers, the last code 不适用. For a single,
1 + the index of the option; for a multi, 1 + the bits of the ticked options, so 1 is 无. Points of all coded indicators
stand in one flat array; a code plus the indicator's offset is its place there.

A ratio is two integers. Between two knots its milli-points, rounded half-up, are floor((a·num + b·den) ÷ (c·den)).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.model import Indicator, Ruleset
from scoring.worth import answer_points, condition_holds, segment, worst_code

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Coded:
    """The coded indicators, c of them; every array but `points` is a column (c, 1) to go with codes (c, n)."""

    indicators: tuple[Indicator, ...]
    rows: Ints  # (c,) where they stand among all indicators
    offsets: Ints
    points: NDArray[np.int32]  # (sum of the table sizes,) milli-points
    na: Ints  # the code of 不适用
    worst: Ints  # the code of the answer no other is below, in points and in conditions
    best: Ints


@dataclass(frozen=True, eq=False)
class Ratios:
    """The ratio indicators, r of them; each segment is (from_num, from_den, a, b, c), columns (r, 1), lowest first."""

    indicators: tuple[Indicator, ...]
    rows: Ints  # (r,)
    segments: tuple[tuple[Ints, Ints, Ints, Ints, Ints], ...]
    safe: int  # up to this numerator and denominator nothing overflows 64 bits


@dataclass(frozen=True, eq=False)
class Gates:
    """The conditions of all levels, m of them: one that does not hold keeps the level at `below` or lower."""

    below: Ints  # (m, 1)
    coded: Ints  # (gc,) which of the m stand on coded indicators
    coded_rows: Ints  # (gc,) rows among the coded indicators
    offsets: Ints  # (gc, 1)
    holds: Bools  # flat, like Coded.points
    ratios: Ints  # (gr,) which of the m stand on ratios
    ratio_rows: Ints  # (gr,) rows among the ratios
    num: Ints  # (gr, 1)
    den: Ints  # (gr, 1)


@dataclass(frozen=True, eq=False)
class Tables:
    """Everything `judge` looks up; k indicators, d dimensions."""

    coded: Coded
    ratios: Ratios
    gates: Gates
    max_points: Ints  # (k, 1) milli-points
    starts: Ints  # (d,) the first indicator of each dimension
    floors: Ints  # (levels,) in units of 10**-decimals
    groups: tuple[Ints, ...]  # rows of the indicators that are 不适用 together


@lru_cache(maxsize=64)
def tables(ruleset: Ruleset) -> Tables:
    """The tables of a ruleset, built once."""
    rows = {indicator.code: row for row, indicator in enumerate(ruleset.indicators)}
    dimensions = [indicator.dimension for indicator in ruleset.indicators]
    coded, ratios = _coded(ruleset, rows), _ratios(ruleset, rows)
    return Tables(
        coded=coded,
        ratios=ratios,
        gates=_gates(ruleset, coded, ratios),
        max_points=_column(each.max_points for each in ruleset.indicators),
        starts=_ints(dimensions.index(dimension.code) for dimension in ruleset.dimensions),
        floors=_ints(level.min_score for level in ruleset.levels),
        groups=tuple(_ints(sorted(rows[code] for code in group)) for group in ruleset.not_applicable),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _column(values: Iterable[int]) -> Ints:
    return _ints(values).reshape(-1, 1)


def _offsets(indicators: Sequence[Indicator]) -> list[int]:
    """Where the table of each begins in the flat array; tables are [unanswered, answers …, 不适用]."""
    return list(accumulate((len(answer_points(each)) + 2 for each in indicators), initial=0))


def _coded(ruleset: Ruleset, rows: dict[str, int]) -> Coded:
    indicators = tuple(each for each in ruleset.indicators if each.kind != "ratio")
    points = [answer_points(each) for each in indicators]
    return Coded(
        indicators=indicators,
        rows=_ints(rows[each.code] for each in indicators),
        offsets=_column(_offsets(indicators)[:-1]),
        points=np.array([each for answers in points for each in (0, *answers, 0)], dtype=np.int32),
        na=_column(len(answers) + 1 for answers in points),
        worst=_column(worst_code(each) for each in indicators),
        best=_column(len(answers) for answers in points),
    )


def _ratios(ruleset: Ruleset, rows: dict[str, int]) -> Ratios:
    """Ratios with fewer knots than the longest repeat their last segment: the same value over again."""
    indicators = tuple(each for each in ruleset.indicators if each.kind == "ratio")
    chains = [[segment(*ends) for ends in pairwise(each.knots)] for each in indicators]
    length = max(map(len, chains), default=0)
    padded = [chain + chain[-1:] * (length - len(chain)) for chain in chains]
    largest = max((max(p, q, abs(a) + abs(b), c) for chain in chains for p, q, a, b, c in chain), default=1)
    thresholds = [each.value for level in ruleset.levels for each in level.conditions]
    largest = max([largest, *(value.denominator for value in thresholds if isinstance(value, Fraction))])
    return Ratios(
        indicators=indicators,
        rows=_ints(rows[each.code] for each in indicators),
        segments=tuple(_segment_columns([chain[number] for chain in padded]) for number in range(length)),
        safe=(2**63 - 1) // largest,
    )


def _segment_columns(parts: Sequence[tuple[int, int, int, int, int]]) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    from_num, from_den, a, b, c = (_column(values) for values in zip(*parts, strict=True))
    return from_num, from_den, a, b, c


def _gates(ruleset: Ruleset, coded: Coded, ratios: Ratios) -> Gates:
    stated = [each for level in ruleset.levels for each in level.conditions]
    on_coded = [(row, each) for row, each in enumerate(stated) if each.kind != "at_least"]
    on_ratio = [(row, each, Fraction(each.value)) for row, each in enumerate(stated) if each.kind == "at_least"]
    place = {each.code: row for group in (coded.indicators, ratios.indicators) for row, each in enumerate(group)}
    holds = [condition_holds(ruleset.indicator(each.indicator), each) for _, each in on_coded]
    return Gates(
        below=_column(level.level - 1 for level in ruleset.levels for _ in level.conditions),
        coded=_ints(row for row, _ in on_coded),
        coded_rows=_ints(place[each.indicator] for _, each in on_coded),
        offsets=_column(list(accumulate(map(len, holds), initial=0))[:-1]),
        holds=np.array([each for table in holds for each in table], dtype=np.bool_),
        ratios=_ints(row for row, _, _ in on_ratio),
        ratio_rows=_ints(place[each.indicator] for _, each, _ in on_ratio),
        num=_column(share.numerator for _, _, share in on_ratio),
        den=_column(share.denominator for _, _, share in on_ratio),
    )
