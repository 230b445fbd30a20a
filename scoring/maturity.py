"""Columns of answers → points, dimension scores, score and level. One enterprise and a million run the same lines.

Integers from end to end: milli-points, and scores in units of 10**-decimals rounded half-up once; that same number is
compared with the floors and shown. Score and level are worked out at once, everything else when it is asked for.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import rated
from scoring.answers import DOES_NOT_APPLY, UNANSWERED
from scoring.encode import Columns
from scoring.model import POINTS, TOTAL, Ruleset
from scoring.tables import Banded, Bools, Ints, Ratios, Scenes, Tables, Tests, tables

CHUNK = 16_384  # enterprises at a time: their intermediate arrays stay in the processor's cache
Points = NDArray[np.int32]


@dataclass(eq=False)  # not frozen, for the same reason as `Columns`
class PointVerdicts:
    """What n enterprises get; k indicators, d scored dimensions, points in milli-points. Last axis: the enterprise.

    Score and level of an enterprise that is not `complete` count its missing answers as nothing: see `interval`.
    """

    ruleset: Ruleset
    columns: Columns
    score: NDArray[np.int32]  # (n,) in units of 10**-decimals
    level: NDArray[np.int8]  # (n,) 0 未定级

    @cached_property
    def _tables(self) -> Tables:
        return tables(self.ruleset)

    @cached_property
    def _states(self) -> tuple[Bools, Bools]:
        return states(self._tables, self.columns)

    @property
    def answered(self) -> Bools:
        """(k, n), 不适用 counts as an answer."""
        return self._states[0]

    @property
    def applies(self) -> Bools:
        """(k, n), False only where 不适用 was said."""
        return self._states[1]

    @cached_property
    def complete(self) -> Bools:
        """(n,) whether nothing is missing."""
        complete: Bools = np.logical_and.reduce(self.answered)
        return complete

    @cached_property
    def points(self) -> Points:
        """(k, n), 0 where missing or 不适用, and for scenes."""
        found = self._tables
        points = np.zeros(self.answered.shape, dtype=np.int32)
        points[found.coded.rows] = found.coded.points.take(self.columns.codes)
        points[found.ratios.rows] = _ratio_points(found.ratios, self.columns)
        return points

    @cached_property
    def dimension_points(self) -> Points:
        """(d, n)."""
        return np.add.reduceat(self.points[: self._tables.scored], self._tables.starts, axis=0)

    @cached_property
    def dimension_max(self) -> Points:
        """(d, n), of what applies."""
        most = np.where(self.applies, self._tables.max_points, 0)[: self._tables.scored]
        return np.add.reduceat(most, self._tables.starts, axis=0).astype(np.int32)

    @cached_property
    def met(self) -> Bools:
        """(t, n): score, conditions and gates of level 1, then of level 2, …"""
        met: Bools = _met_by_kind(self._tables, self.columns, self.score)[self._tables.tests.order]
        return met

    @cached_property
    def counts(self) -> NDArray[np.uint8]:
        """(2g, n): binding scenes, then all scenes, of at least each of the g grades gates ask for, lowest first."""
        return _counts(self._tables.scenes, self.columns.grades)


Verdicts = PointVerdicts | rated.RatedVerdicts


def judge(ruleset: Ruleset, columns: Columns) -> Verdicts:
    """The verdicts on n enterprises, in their order."""
    if ruleset.family == "ratings":
        return rated.judge(ruleset, columns)
    found, size = tables(ruleset), len(columns)
    if size <= CHUNK:
        return PointVerdicts(ruleset, columns, *_judge(found, columns, ruleset.decimals))
    score, level = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int8)
    for start in range(0, size, CHUNK):
        part = slice(start, start + CHUNK)
        score[part], level[part] = _judge(found, columns.part(part), ruleset.decimals)
    return PointVerdicts(ruleset, columns, score, level)


def states(found: Tables, columns: Columns) -> tuple[Bools, Bools]:
    """Which indicators are answered, and which are not said to be 不适用: two arrays (k, n)."""
    coded, ratios = found.coded.rows, found.ratios.rows
    answered = np.empty((len(found.max_points), len(columns)), dtype=np.bool_)
    applies = np.ones_like(answered)
    answered[coded], answered[ratios] = columns.codes != found.coded.unanswered, columns.den != UNANSWERED
    answered[found.scenes.rows] = columns.grades != UNANSWERED
    applies[coded], applies[ratios] = columns.codes != found.coded.na, columns.den != DOES_NOT_APPLY
    return answered, applies


def _judge(found: Tables, columns: Columns, decimals: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Score and level (n,)."""
    points: Points = np.add.reduce(found.coded.points.take(columns.codes, mode="clip"), axis=0, dtype=np.int32)
    if len(found.ratios.rows):
        points += np.add.reduce(_ratio_points(found.ratios, columns), axis=0, dtype=np.int32)
    score = _score(found, columns, points, 10**decimals)
    met = _met_by_kind(found, columns, score).view(np.int8)
    return score, np.minimum.reduce(met * found.tests.top + found.tests.below, axis=0)


def _score(found: Tables, columns: Columns, points: Points, unit: int) -> NDArray[np.int32]:
    """The score (n,): points ÷ maximum of what applies, out of 100, rounded half-up to 1 / unit."""
    if not found.groups:
        step = POINTS // unit  # the maximum is 100 points: only the decimals are to be cut
        return points if step == 1 else (points + step // 2) // np.int32(step)
    _, applies = states(found, columns)
    most = np.add.reduce(np.where(applies, found.max_points, 0), axis=0)
    part = (TOTAL * unit) * points.astype(np.int64)
    rounded: Ints = (2 * part + most) // (2 * most)
    return rounded.astype(np.int32)


def _ratio_points(ratios: Ratios, columns: Columns) -> NDArray[Any]:
    """Milli-points (r, n) of the ratios, 0 where missing or 不适用."""
    known = columns.den > 0
    all_banded = ratios.banded[columns.num.dtype == np.int32]
    if len(all_banded) == 1 and len(all_banded[0].rows) == len(known):  # one shape of bands for all: nothing to copy
        return _in_bands(all_banded[0], columns.num, columns.den) * known
    points = np.zeros(columns.num.shape, dtype=np.int32)
    if len(ratios.knotted):
        points[ratios.knotted] = _between_knots(ratios, columns.num[ratios.knotted], columns.den[ratios.knotted])
    for banded in all_banded:
        points[banded.rows] = _in_bands(banded, columns.num[banded.rows], columns.den[banded.rows])
    return points * known


def _between_knots(ratios: Ratios, num: NDArray[Any], den: NDArray[Any]) -> NDArray[Any]:
    """Each in the last segment that it reaches."""
    known = den > 0
    num, den = np.where(known, num, 0), np.where(known, den, 1)
    points = np.zeros_like(num)
    for from_num, from_den, a, b, c in ratios.segments:
        points = np.where(num * from_den >= from_num * den, (a * num + b * den) // (c * den), points)
    return points


def _in_bands(banded: Banded, num: NDArray[Any], den: NDArray[Any]) -> Points:
    scaled, places = num * banded.scale, banded.offsets
    for compare, starts in banded.starts:
        places = places + np.add.reduce(compare(scaled, starts * den).view(np.uint8), axis=0, dtype=np.uint8)
    return banded.points.take(places, mode="clip")


def _met_by_kind(found: Tables, columns: Columns, score: NDArray[np.int32]) -> Bools:
    """Whether each test holds (t, n), by kind: scores, coded, ratios, counts; none does on a missing answer."""
    tests = found.tests
    kinds = [score >= tests.floors]
    if len(tests.coded_rows):
        kinds.append(found.coded.steps.take(columns.codes[tests.coded_rows]) >= tests.coded_least)
    if len(tests.ratio_rows):
        kinds.append(_ratio_holds(tests, columns))
    if len(tests.gate_rows):
        counts = _counts(found.scenes, columns.grades)
        kinds.append(counts.take(tests.gate_rows, axis=0) >= tests.gate_least)
    return np.concatenate(kinds)


def _ratio_holds(tests: Tests, columns: Columns) -> Bools:
    num, den = columns.num[tests.ratio_rows], columns.den[tests.ratio_rows]
    holds: Bools = (num * tests.den >= tests.num * den) & (den > 0)
    return holds


def _counts(scenes: Scenes, grades: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    reached = (grades > scenes.graded).view(np.uint8)
    binding = np.add.reduce(reached[:, : scenes.binding], axis=1, dtype=np.uint8)
    others = np.add.reduce(reached[:, scenes.binding :], axis=1, dtype=np.uint8)
    return np.concatenate((binding, binding + others))
