"""A ruleset of the points family multiplied out into integer tables, so that judging is looking up and adding.

A coded answer (single, multi) is one small integer, its place in flat tables that hold those of all coded indicators
one after the other: for each indicator [unanswered, answers …, 不适用]. The answers of a single are its options; those
of a multi are the sets of its ticks in the order of their bits, so the first is 无.

A ratio is two integers. Between two knots its milli-points, rounded half-up, are floor((a·num + b·den) ÷ (c·den)); its
band is how many bands begin at or below it. A scene is 1 + its grade, 0 unanswered.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model import Condition, Gate, Indicator, Level, Ruleset
from scoring.worth import answer_points, answer_steps, band_starts, segment, worst_code

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
INT32, INT64 = 2**31 - 1, 2**63 - 1


@dataclass(frozen=True, eq=False)
class Coded:
    """The coded indicators, c of them, singles first; `points` and `steps` are flat, the rest columns (c, 1)."""

    indicators: tuple[Indicator, ...]
    rows: Ints  # (c,) where they stand among all indicators
    points: NDArray[np.int32]  # milli-points
    steps: NDArray[np.uint16]  # what a condition counts: the number of the option, or how many are ticked
    dtype: type[np.unsignedinteger[Any]]  # holds every place
    unanswered: Ints
    na: Ints
    worst: Ints  # the answer no other is below, in points and in conditions
    best: Ints


@dataclass(frozen=True, eq=False)
class Banded:
    """Ratios whose bands are closed alike, x of them. A band is reached when compare(scale·num, start·den) holds."""

    rows: Ints  # (x,) rows among the ratios
    scale: NDArray[Any]  # (x, 1)
    starts: tuple[tuple[Callable[..., Bools], NDArray[Any]], ...]  # (…, x, 1): the open ones, the closed ones
    points: NDArray[np.int32]  # flat, by offset + band
    offsets: Ints  # (x, 1)


@dataclass(frozen=True, eq=False)
class Ratios:
    """The ratio indicators, r of them; each segment is (from_num, from_den, a, b, c), columns (r, 1), lowest first."""

    indicators: tuple[Indicator, ...]
    rows: Ints  # (r,)
    knotted: Ints  # rows among the ratios
    segments: tuple[tuple[Ints, Ints, Ints, Ints, Ints], ...]
    banded: dict[bool, tuple[Banded, ...]]  # by whether num and den are 32 bits wide
    narrow: int  # up to this numerator and denominator nothing of `banded` overflows 32 bits, nothing else 64
    safe: int  # up to this one nothing overflows 64 bits


@dataclass(frozen=True, eq=False)
class Scenes:
    """The scenes, s of them, binding ones first; `graded` are the grades that gates ask for."""

    indicators: tuple[Indicator, ...]
    rows: Ints  # (s,) where they stand among all indicators
    binding: int
    graded: NDArray[np.uint8]  # (g, 1, 1)
    best: NDArray[np.uint8]  # (s, 1)


@dataclass(frozen=True, eq=False)
class Tests:
    """Everything levels ask, t tests, kind by kind: on scores, coded indicators, ratios, counts of scenes."""

    order: Ints  # (t,) their places in the order score, conditions, gates of level 1, then of level 2 …
    top: np.int8  # the highest level
    below: NDArray[np.int8]  # (t, 1) the level that each test still allows when it does not hold
    floors: NDArray[np.int32]  # (levels, 1) in units of 10**-decimals
    coded_rows: Ints  # the rows of those on coded indicators among these, and the least step
    coded_least: Ints  # (…, 1)
    ratio_rows: Ints  # the rows of those on ratios among these, and the least ratio
    num: Ints  # (…, 1)
    den: Ints  # (…, 1)
    gate_rows: Ints  # the places of the counts, and the least
    gate_least: NDArray[np.uint8]  # (…, 1)


@dataclass(frozen=True, eq=False)
class Tables:
    """Everything `judge` looks up; k indicators, d dimensions."""

    coded: Coded
    ratios: Ratios
    scenes: Scenes
    tests: Tests
    max_points: Ints  # (k, 1) milli-points
    starts: Ints  # (d,) the first indicator of each scored dimension
    scored: int  # how many indicators stand in scored dimensions: the first ones
    groups: tuple[Ints, ...]  # rows of the indicators that are 不适用 together


@lru_cache(maxsize=64)
def tables(ruleset: Ruleset) -> Tables:
    """The tables of a ruleset of the points family, built once."""
    rows = {indicator.code: row for row, indicator in enumerate(ruleset.indicators)}
    dimensions = [indicator.dimension for indicator in ruleset.indicators]
    coded, ratios, scenes = _coded(ruleset, rows), _ratios(ruleset, rows), _scenes(ruleset, rows)
    return Tables(
        coded=coded,
        ratios=ratios,
        scenes=scenes,
        tests=_tests(ruleset, coded, ratios, scenes),
        max_points=_column(each.max_points for each in ruleset.indicators),
        starts=_ints(dimensions.index(dimension.code) for dimension in ruleset.dimensions),
        scored=sum(each.kind != "scene" for each in ruleset.indicators),
        groups=tuple(_ints(sorted(rows[code] for code in group)) for group in ruleset.not_applicable),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _column(values: Iterable[int]) -> Ints:
    return _ints(values).reshape(-1, 1)


def _coded(ruleset: Ruleset, rows: dict[str, int]) -> Coded:
    indicators = tuple(each for kind in ("single", "multi") for each in ruleset.indicators if each.kind == kind)
    points = [answer_points(each) for each in indicators]
    places = list(accumulate((len(each) + 2 for each in points), initial=0))
    start = _column(places[:-1])
    return Coded(
        indicators=indicators,
        rows=_ints(rows[each.code] for each in indicators),
        points=np.array([each for answers in points for each in (0, *answers, 0)], dtype=np.int32),
        steps=np.array([step for each in indicators for step in (0, *answer_steps(each), 0)], dtype=np.uint16),
        dtype=np.uint16 if places[-1] <= 1 << 16 else np.uint32,
        unanswered=start,
        na=start + _column(len(answers) + 1 for answers in points),
        worst=start + _column(worst_code(each) for each in indicators),
        best=start + _column(len(answers) for answers in points),
    )


def _ratios(ruleset: Ruleset, rows: dict[str, int]) -> Ratios:
    """Ratios with fewer knots than the longest repeat their last segment: the same value over again."""
    indicators = tuple(each for each in ruleset.indicators if each.kind in ("ratio", "ratio_banded"))
    chains = [[segment(*ends) for ends in pairwise(each.knots)] for each in indicators if each.knots]
    length = max(map(len, chains), default=0)
    padded = [chain + chain[-1:] * (length - len(chain)) for chain in chains]
    largest = max((max(p, q, abs(a) + abs(b), c) for chain in chains for p, q, a, b, c in chain), default=1)
    thresholds = [each.value for level in ruleset.levels for each in level.conditions]
    scale = max((band_starts(each)[0] for each in indicators if each.bands), default=1)
    largest = max([largest, scale, *(value.denominator for value in thresholds if isinstance(value, Fraction))])
    return Ratios(
        indicators=indicators,
        rows=_ints(rows[each.code] for each in indicators),
        knotted=_ints(row for row, each in enumerate(indicators) if each.knots),
        segments=tuple(_segment_columns([chain[number] for chain in padded]) for number in range(length)),
        banded={True: _banded(indicators, np.int32), False: _banded(indicators, np.int64)},
        narrow=min(INT32 // scale, INT64 // largest),
        safe=INT64 // largest,
    )


def _segment_columns(parts: Sequence[tuple[int, int, int, int, int]]) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    from_num, from_den, a, b, c = (_column(values) for values in zip(*parts, strict=True))
    return from_num, from_den, a, b, c


def _banded(indicators: Sequence[Indicator], dtype: type[np.signedinteger[Any]]) -> tuple[Banded, ...]:
    shapes: dict[tuple[bool, ...], list[int]] = {}
    for row, each in enumerate(indicators):
        if each.bands:
            shapes.setdefault(tuple(included for _, included in band_starts(each)[1]), []).append(row)
    return tuple(_alike(shape, rows, indicators, dtype) for shape, rows in shapes.items())


def _alike(
    shape: tuple[bool, ...], rows: list[int], indicators: Sequence[Indicator], dtype: type[np.signedinteger[Any]]
) -> Banded:
    chains = np.array([[start for start, _ in band_starts(indicators[row])[1]] for row in rows], dtype=dtype)
    belongs = np.array(shape, dtype=np.bool_)
    starts = [(np.greater, chains[:, ~belongs]), (np.greater_equal, chains[:, belongs])]
    return Banded(
        rows=_ints(rows),
        scale=_column(band_starts(indicators[row])[0] for row in rows).astype(dtype),
        starts=tuple((compare, each.T[:, :, np.newaxis].copy()) for compare, each in starts if each.size),
        points=np.array([band.points for row in rows for band in indicators[row].bands], dtype=np.int32),
        offsets=_column(range(0, len(rows) * (len(shape) + 1), len(shape) + 1)),
    )


def _scenes(ruleset: Ruleset, rows: dict[str, int]) -> Scenes:
    scenes = [each for each in ruleset.indicators if each.kind == "scene"]
    indicators = tuple(sorted(scenes, key=lambda each: not each.binding))
    graded = sorted({gate.graded for level in ruleset.levels for gate in level.gates})
    return Scenes(
        indicators=indicators,
        rows=_ints(rows[each.code] for each in indicators),
        binding=sum(each.binding for each in indicators),
        graded=np.array(graded, dtype=np.uint8).reshape(-1, 1, 1),
        best=np.array([each.grades + 1 for each in indicators], dtype=np.uint8).reshape(-1, 1),
    )


def _tests(ruleset: Ruleset, coded: Coded, ratios: Ratios, scenes: Scenes) -> Tests:
    stated = [each for level in ruleset.levels for each in (level, *level.conditions, *level.gates)]
    starts = [row for row, each in enumerate(stated) if isinstance(each, Level)]
    conditions = [(row, each) for row, each in enumerate(stated) if isinstance(each, Condition)]
    on_coded = [(row, each) for row, each in conditions if each.kind != "at_least"]
    on_ratio = [(row, each, Fraction(each.value)) for row, each in conditions if each.kind == "at_least"]
    gates = [(row, each) for row, each in enumerate(stated) if isinstance(each, Gate)]
    by_kind = _ints([*starts, *(row for kind in (on_coded, on_ratio, gates) for row, *_ in kind)])
    place = {each.code: row for group in (coded.indicators, ratios.indicators) for row, each in enumerate(group)}
    graded = scenes.graded.ravel().tolist()
    return Tests(
        order=np.argsort(by_kind),
        top=np.int8(len(starts)),
        below=(np.searchsorted(starts, by_kind, side="right") - 1).astype(np.int8).reshape(-1, 1),
        floors=_column(level.min_score for level in ruleset.levels).astype(np.int32),
        coded_rows=_ints(place[each.indicator] for _, each in on_coded),
        coded_least=_column(_least_step(ruleset.indicator(each.indicator), each) for _, each in on_coded),
        ratio_rows=_ints(place[each.indicator] for _, each, _ in on_ratio),
        num=_column(share.numerator for _, _, share in on_ratio),
        den=_column(share.denominator for _, _, share in on_ratio),
        gate_rows=_ints(graded.index(gate.graded) + len(graded) * (gate.count == "scenes") for _, gate in gates),
        gate_least=_column(gate.at_least for _, gate in gates).astype(np.uint8),
    )


def _least_step(indicator: Indicator, condition: Condition) -> int:
    """The least a condition on a coded indicator asks for, as `answer_steps` counts."""
    value = condition.value
    return indicator.options.index(value) if isinstance(value, str) else int(value)
