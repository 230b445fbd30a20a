"""The guaranteed range of score and level while answers are missing: exact over every way to complete them.

Within one choice of what is 不适用 everything only rises with better answers, so the two ends are the worst and the
best answer to every open question. Across the choices it does not (without a good answer's points and maximum a score
can be lower), so each is tried: two for every group of indicators that may be 不适用.

In the ratings family no choice has to be tried. Rated 0 at every level a sub-domain lowers every A at least as much as
leaving it out, for it adds weight and nothing else; rated 1 it raises every A at least as much. S and the level only
rise with every A. So all open ones at 0 and all at 1 are the two ends, of score and level alike.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scoring.answers import DOES_NOT_APPLY, MISSING_RATING, RATING, UNANSWERED
from scoring.encode import Columns
from scoring.maturity import Verdicts, judge, states
from scoring.model import Ruleset
from scoring.tables import Bools, Ints, Tables, tables


@dataclass(frozen=True, eq=False)
class Bounds:
    """The ends of the range of n enterprises, both attained: scores in units of 10**-decimals, arrays (n,)."""

    score_low: NDArray[np.int32]
    score_high: NDArray[np.int32]
    level_low: NDArray[np.int8]
    level_high: NDArray[np.int8]


def bounds(ruleset: Ruleset, columns: Columns, applies: Collection[str] = ()) -> Bounds:
    """The ranges of n enterprises; `applies` are codes known not to be 不适用 although unanswered.

    Where the answers are complete both ends are the verdict; where 不适用 was answered, that counts and not `applies`.
    """
    if ruleset.family == "ratings":
        return _ends([judge(ruleset, _rate(columns, 0))], [judge(ruleset, _rate(columns, RATING))])
    found = tables(ruleset)
    known = np.array([[each.code in applies] for each in ruleset.indicators])
    choices = product((False, True), repeat=len(found.groups))
    scenarios = [_not_applicable(found, columns, known, choice) for choice in choices]
    coded, scenes = found.coded, found.scenes
    worst = [judge(ruleset, _fill(found, columns, na, coded.worst, np.ones_like(scenes.best), 0)) for na in scenarios]
    best = [judge(ruleset, _fill(found, columns, na, coded.best, scenes.best, 1)) for na in scenarios]
    return _ends(worst, best)


def _ends(worst: list[Verdicts], best: list[Verdicts]) -> Bounds:
    return Bounds(
        score_low=np.min([each.score for each in worst], axis=0),
        score_high=np.max([each.score for each in best], axis=0),
        level_low=np.min([each.level for each in worst], axis=0),
        level_high=np.max([each.level for each in best], axis=0),
    )


def _rate(columns: Columns, milli: int) -> Columns:
    """The columns with every missing rating filled in."""
    ratings = np.where(columns.ratings == MISSING_RATING, np.int16(milli), columns.ratings)
    return Columns(columns.codes, columns.grades, columns.num, columns.den, ratings)


def _not_applicable(found: Tables, columns: Columns, known: Bools, choice: tuple[bool, ...]) -> Bools:
    """What is 不适用 (k, n) when the groups still open follow `choice`; one answer of a group decides all of it."""
    answered, applies = states(found, columns)
    result = np.zeros_like(answered)
    for rows, chosen in zip(found.groups, choice, strict=True):
        said = ~applies[rows].all(axis=0)
        valued = ((answered & applies)[rows] | known[rows]).any(axis=0)
        result[rows] = said | (chosen & ~valued)
    return result


def _fill(
    found: Tables, columns: Columns, not_applicable: Bools, code: Ints, grade: NDArray[np.uint8], num: int
) -> Columns:
    """The columns with every open answer filled in: 不适用 where it says so, else code, grade, or num / 1."""
    coded_na, ratio_na = not_applicable[found.coded.rows], not_applicable[found.ratios.rows]
    coded_open, ratio_open = columns.codes == found.coded.unanswered, columns.den == UNANSWERED
    codes = np.where(coded_open, np.where(coded_na, found.coded.na, code), columns.codes)
    return Columns(
        codes.astype(columns.codes.dtype),
        np.where(columns.grades == UNANSWERED, grade, columns.grades),
        np.where(ratio_open, np.where(ratio_na, 0, num), columns.num).astype(columns.num.dtype, copy=False),
        np.where(ratio_open, np.where(ratio_na, DOES_NOT_APPLY, 1), columns.den).astype(columns.den.dtype, copy=False),
        columns.ratings,
    )
