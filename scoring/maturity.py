"""Columns of answers → points, dimension scores, score and level. One enterprise and a million run the same lines.

Integers from end to end: milli-points, and scores in units of 10**-decimals rounded half-up once; that same number is
compared with the floors and shown.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.answers import DOES_NOT_APPLY, UNANSWERED
from scoring.encode import Columns
from scoring.model import TOTAL, Ruleset
from scoring.tables import Bools, Gates, Ints, Ratios, Tables, tables

CHUNK = 4096  # enterprises at a time: their intermediate arrays stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What n enterprises get; k indicators, d dimensions, points in milli-points. Last axis: the enterprise.

    Score and level of an enterprise that is not `complete` count its missing answers as nothing: see `interval`.
    """

    points: NDArray[np.int32]  # (k, n), 0 where missing or 不适用
    answered: Bools  # (k, n), 不适用 counts as an answer
    applies: Bools  # (k, n), False only where 不适用 was said
    complete: Bools  # (n,)
    dimension_points: NDArray[np.int32]  # (d, n)
    dimension_max: NDArray[np.int32]  # (d, n), of what applies
    score: NDArray[np.int32]  # (n,) in units of 10**-decimals
    level: NDArray[np.int8]  # (n,) 0 未定级
    met: Bools  # (m, n) the conditions of all levels, in the order of the ruleset


def judge(ruleset: Ruleset, columns: Columns) -> Verdicts:
    """The verdicts on n enterprises, in their order."""
    found, unit = tables(ruleset), 10**ruleset.decimals
    if len(columns) <= CHUNK:
        return _judge(found, columns, unit)
    starts = range(0, len(columns), CHUNK)
    parts = [_judge(found, columns.part(slice(start, start + CHUNK)), unit) for start in starts]
    names = [each.name for each in fields(Verdicts)]
    return Verdicts(**{name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in names})


def states(found: Tables, columns: Columns) -> tuple[Bools, Bools]:
    """Which indicators are answered, and which are not said to be 不适用: two arrays (k, n)."""
    coded, ratios = found.coded.rows, found.ratios.rows
    answered = np.empty((len(found.max_points), len(columns)), dtype=np.bool_)
    applies = np.empty_like(answered)
    answered[coded], answered[ratios] = columns.codes != UNANSWERED, columns.den != UNANSWERED
    applies[coded], applies[ratios] = columns.codes != found.coded.na, columns.den != DOES_NOT_APPLY
    return answered, applies


def _judge(found: Tables, columns: Columns, unit: int) -> Verdicts:
    answered, applies = states(found, columns)
    points = np.empty(answered.shape, dtype=np.int32)
    points[found.coded.rows] = found.coded.points.take(columns.codes + found.coded.offsets)
    points[found.ratios.rows] = _ratio_points(found.ratios, columns)
    dimension_points = np.add.reduceat(points, found.starts, axis=0)
    dimension_max = np.add.reduceat(np.where(applies, found.max_points, 0), found.starts, axis=0)
    met = _conditions_met(found.gates, columns)
    score = _half_up(TOTAL * unit * dimension_points.sum(axis=0, dtype=np.int64), dimension_max.sum(axis=0))
    level = np.minimum(np.searchsorted(found.floors, score, side="right"), _ceiling(found, met))
    return Verdicts(
        points=points,
        answered=answered,
        applies=applies,
        complete=np.logical_and.reduce(answered),
        dimension_points=dimension_points,
        dimension_max=dimension_max.astype(np.int32),
        score=score.astype(np.int32),
        level=level.astype(np.int8),
        met=met,
    )


def _half_up(part: Ints, whole: Ints) -> Ints:
    """part ÷ whole, rounded half-up."""
    rounded: Ints = (2 * part + whole) // (2 * whole)
    return rounded


def _ratio_points(ratios: Ratios, columns: Columns) -> NDArray[Any]:
    """Milli-points (r, n) of the ratios: each in the last segment that it reaches."""
    known = columns.den > 0
    num, den = np.where(known, columns.num, 0), np.where(known, columns.den, 1)
    points = np.zeros_like(num)
    for from_num, from_den, a, b, c in ratios.segments:
        points = np.where(num * from_den >= from_num * den, (a * num + b * den) // (c * den), points)
    return np.where(known, points, 0)


def _conditions_met(gates: Gates, columns: Columns) -> Bools:
    """Whether each condition holds (m, n); none does on a missing answer."""
    met = np.empty((len(gates.below), len(columns)), dtype=np.bool_)
    met[gates.coded] = gates.holds.take(columns.codes[gates.coded_rows] + gates.offsets)
    num, den = columns.num[gates.ratio_rows], columns.den[gates.ratio_rows]
    met[gates.ratios] = (num * gates.den >= gates.num * den) & (den > 0)
    return met


def _ceiling(found: Tables, met: Bools) -> Ints:
    """The highest level that the conditions allow: the lowest of what the unmet ones hold back."""
    top = len(found.floors)
    ceiling: Ints = np.where(met, top, found.gates.below).min(axis=0, initial=top)
    return ceiling
