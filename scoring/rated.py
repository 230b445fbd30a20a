"""The ratings family: columns of ratings → the score of each level, S and the level (GB/T 39117-2020, 评估方法).

A level's score A is Σ rating × weight ÷ Σ weight over the sub-domains in use, rounded half-up once; it is met at
`met_at` when all lower levels are. S is one for each met level plus A of the first that is not.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.answers import MISSING_RATING, NA_RATING, RATING
from scoring.encode import Columns
from scoring.model import POINTS, TOTAL, Ruleset

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
CHUNK = 8192
SHARE_DECIMALS = 2  # an element's share is a percentage with so many decimals


class _Weights(NamedTuple):
    all: Ints  # (k, 1) millionths
    starts: Ints  # (d,) the first sub-domain of each element


@lru_cache(maxsize=64)
def _weights(ruleset: Ruleset) -> _Weights:
    elements = [each.dimension for each in ruleset.indicators]
    starts = [elements.index(dimension.code) for dimension in ruleset.dimensions]
    weights = [each.weight for each in ruleset.indicators]
    return _Weights(np.array(weights, dtype=np.int64).reshape(-1, 1), np.array(starts, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class RatedVerdicts:
    """What n enterprises get; k sub-domains, d elements, l levels. Last axis: the enterprise.

    All of an enterprise that is not `complete` counts its missing ratings as 0: see `interval`.
    """

    ruleset: Ruleset
    columns: Columns
    score: NDArray[np.int32]  # (n,) S in units of 10**-decimals
    level: NDArray[np.int8]  # (n,)
    level_scores: NDArray[np.int32]  # (l, n) A of every level, in units of 10**-decimals

    @cached_property
    def answered(self) -> Bools:
        """(k, n), 不适用 counts as an answer."""
        answered: Bools = self.columns.ratings[:, 0] != MISSING_RATING
        return answered

    @cached_property
    def applies(self) -> Bools:
        """(k, n), False only where 不适用 was said."""
        applies: Bools = self.columns.ratings[:, 0] != NA_RATING
        return applies

    @cached_property
    def complete(self) -> Bools:
        """(n,) whether nothing is missing."""
        complete: Bools = np.logical_and.reduce(self.answered)
        return complete

    @cached_property
    def points(self) -> NDArray[np.int32]:
        """(k, n) the milli-rating at the level under test, the first that is not met; 0 where missing or 不适用."""
        tested = np.minimum(self.level, len(self.ruleset.levels) - 1).astype(np.int64)
        found = np.take_along_axis(self.columns.ratings, tested.reshape(1, 1, -1), axis=1)[:, 0]
        return np.maximum(found, 0).astype(np.int32)

    @cached_property
    def dimension_points(self) -> NDArray[np.int32]:
        """(d, n) Σ rating × weight at the level under test, in thousandths of a percent of all weights in use."""
        return self._share(self.points, RATING)

    @cached_property
    def dimension_max(self) -> NDArray[np.int32]:
        """(d, n) Σ weight of what is in use, in the same unit."""
        return self._share(self.applies, 1)

    def _share(self, values: NDArray[np.int32] | Bools, one: int) -> NDArray[np.int32]:
        weights = _weights(self.ruleset)
        sums = np.add.reduceat(values * weights.all, weights.starts, axis=0)
        in_use = np.maximum((self.applies * weights.all).sum(axis=0), 1)
        cut = POINTS // 10**SHARE_DECIMALS
        shares: Ints = _half_up(TOTAL * 10**SHARE_DECIMALS * sums, one * in_use) * cut
        return shares.astype(np.int32)


def judge(ruleset: Ruleset, columns: Columns) -> RatedVerdicts:
    """The verdicts on n enterprises, in their order."""
    parts = [slice(start, start + CHUNK) for start in range(0, len(columns), CHUNK)]
    scores = [_level_scores(ruleset, columns.ratings[:, :, part]) for part in parts]
    found = np.concatenate(scores, axis=1) if scores else np.empty((len(ruleset.levels), 0), dtype=np.int32)
    met = np.logical_and.accumulate(found >= ruleset.met_at, axis=0)
    level = np.add.reduce(met, axis=0, dtype=np.int8)
    # The one place that is met no more after one that is, gives its own score; there is none when all are met.
    first = np.vstack([np.ones((1, len(columns)), dtype=np.bool_), met[:-1]]) & ~met
    score = 10**ruleset.decimals * level.astype(np.int32) + (found * first).sum(axis=0, dtype=np.int32)
    return RatedVerdicts(ruleset, columns, score, level, found)


def _level_scores(ruleset: Ruleset, ratings: NDArray[np.int16]) -> NDArray[np.int32]:
    """A of every level (l, n)."""
    weights = _weights(ruleset).all
    in_use = np.maximum(((ratings[:, 0] != NA_RATING) * weights).sum(axis=0), 1)
    sums = (np.maximum(ratings, 0) * weights[:, :, np.newaxis]).sum(axis=0)
    return _half_up(10**ruleset.decimals * sums, RATING * in_use).astype(np.int32)


def _half_up(part: Ints, whole: Ints) -> Ints:
    """part ÷ whole, rounded half-up. Weights are millionths in all, so even 2 · 10**5 · 10**3 · 10**6 fits 64 bits."""
    rounded: Ints = (2 * part + whole) // (2 * whole)
    return rounded
