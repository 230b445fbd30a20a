"""Verdicts in plain values, one enterprise each, for pages and files; `maturity` and `interval` give the numbers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from scoring.encode import Columns, encode
from scoring.interval import bounds
from scoring.maturity import PointVerdicts, Verdicts, judge
from scoring.model import Condition, Gate, Indicator, Ruleset
from scoring.rated import RatedVerdicts
from scoring.tables import tables


class Unmet(NamedTuple):
    """A condition of the next level that does not hold.

    `condition` is "score" or, in the ratings family, "A", the level's own score (need and have in units of
    10**-decimals); "scenes" or "binding_scenes" (need and have are counts); or an indicator code: need a Fraction and
    have the answer {"num", "den"} as given, need and have the count of options ticked, or need and have an option key.
    """

    condition: str
    need: object
    have: object


class Final(NamedTuple):
    """The numbers of one complete verdict, `dimensions` as (points, maximum) in the ruleset's order."""

    score: int
    level: int
    dimensions: Sequence[tuple[int, int]]
    unmet: tuple[Unmet, ...]
    level_scores: tuple[int, ...] | None


@dataclass(frozen=True)
class Verdict:
    """What one enterprise gets. Scores in units of 10**-decimals, points in milli-points.

    With `missing` answers there is a guaranteed range (both ends attained) and no verdict; else the other way round.
    In the ratings family `points` are milli-ratings at the level under test (the first that is not met, or the top),
    dimension points and maxima are thousandths of a percent of all weights in use, and `level_scores` are the A of
    every level.
    """

    score: int | None
    level: int | None
    level_title: str | None
    dimensions: dict[str, tuple[int, int]] | None  # code → points, maximum of what applies
    points: dict[str, int | None]  # by indicator; None where missing, 不适用 or without points
    unmet: tuple[Unmet, ...] | None
    missing: tuple[str, ...]
    score_range: tuple[int, int] | None
    level_range: tuple[int, int] | None
    level_scores: tuple[int, ...] | None = None  # units of 10**-decimals; None in the points family


def verdict(ruleset: Ruleset, answers: Mapping[str, object], applies: Collection[str] = ()) -> Verdict:
    """The verdict on one answer set (code → value as in the batch format); AnswerError when an answer is wrong.

    `applies`: codes known not to be 不适用 although unanswered; they narrow the range.
    """
    return verdicts(ruleset, encode(ruleset, [answers]), [answers], applies)[0]


def verdicts(
    ruleset: Ruleset, columns: Columns, answers: Sequence[Mapping[str, object]], applies: Collection[str] = ()
) -> list[Verdict]:
    """The verdicts on n answer sets; `columns` are those answers encoded."""
    judged = judge(ruleset, columns)
    points = _points(ruleset, judged)
    drafted = drafts(ruleset, columns, judged, applies)
    codes = [each.code for each in ruleset.dimensions]

    def full(row: int, final: Final) -> Verdict:
        if row in drafted:
            missing, score, level = drafted[row]
            return Verdict(None, None, None, None, points[row], None, missing, score, level)
        dimensions = dict(zip(codes, final.dimensions, strict=True))
        title = ruleset.level_title(final.level)
        numbers = (final.score, final.level, title, dimensions, points[row], final.unmet)
        return Verdict(*numbers, (), None, None, final.level_scores)

    return [full(row, final) for row, final in enumerate(finals(ruleset, judged, answers))]


def _points(ruleset: Ruleset, judged: Verdicts) -> list[dict[str, int | None]]:
    codes = [each.code for each in ruleset.indicators]
    pointless = np.array([[each.kind == "scene"] for each in ruleset.indicators])
    counted = np.where(judged.answered & judged.applies & ~pointless, judged.points, -1).T.tolist()
    return [{code: None if each < 0 else each for code, each in zip(codes, row, strict=True)} for row in counted]


def finals(ruleset: Ruleset, judged: Verdicts, answers: Sequence[Mapping[str, object]]) -> list[Final]:
    """The numbers of n verdicts; those of the incomplete ones mean nothing. Of `answers` those to `Ruleset.conditioned`
    are shown in `unmet`; no others are looked at."""
    both = zip(judged.dimension_points.T.tolist(), judged.dimension_max.T.tolist(), strict=True)
    dimensions = [list(zip(points, most, strict=True)) for points, most in both]
    scores, levels = judged.score.tolist(), judged.level.tolist()
    if isinstance(judged, RatedVerdicts):
        rated = judged.level_scores.T.tolist()
        unmet = [_unmet_rated(ruleset, *each) for each in zip(levels, rated, strict=True)]
        each_level: Sequence[tuple[int, ...] | None] = [tuple(each) for each in rated]
    else:
        unmet, each_level = _unmet(ruleset, judged, answers), [None] * len(answers)
    return list(map(Final, scores, levels, dimensions, unmet, each_level))


def drafts(
    ruleset: Ruleset, columns: Columns, judged: Verdicts, applies: Collection[str] = ()
) -> dict[int, tuple[tuple[str, ...], tuple[int, int], tuple[int, int]]]:
    """The incomplete ones by their place among the n: missing codes, range of score, range of level."""
    rows = np.flatnonzero(~judged.complete)
    if not len(rows):
        return {}
    found = bounds(ruleset, columns.part(~judged.complete), applies)
    scores = zip(found.score_low.tolist(), found.score_high.tolist(), strict=True)
    levels = zip(found.level_low.tolist(), found.level_high.tolist(), strict=True)
    codes = [each.code for each in ruleset.indicators]
    missing = [_missing(codes, given) for given in judged.answered[:, rows].T.tolist()]
    return dict(zip(rows.tolist(), zip(missing, scores, levels, strict=True), strict=True))


def _missing(codes: Sequence[str], answered: Sequence[bool]) -> tuple[str, ...]:
    return tuple(code for code, given in zip(codes, answered, strict=True) if not given)


def _unmet_rated(ruleset: Ruleset, level: int, level_scores: Sequence[int]) -> tuple[Unmet, ...]:
    if level == len(ruleset.levels):
        return ()
    return (Unmet("A", ruleset.met_at, level_scores[level]),)


class _Test(NamedTuple):
    place: int  # among all tests
    condition: str
    need: object
    counted: int | None  # which of the counts it looks at, for a gate
    indicator: Indicator | None  # whose answer it looks at, for a condition


@lru_cache(maxsize=64)
def _tests(ruleset: Ruleset) -> list[list[_Test]]:
    """The tests of every level, in the order of `judge`."""
    rows = iter(tables(ruleset).tests.gate_rows.tolist())
    found: list[list[_Test]] = []
    place = 0
    for level in ruleset.levels:
        tests = [_Test(place, "score", level.min_score, None, None)]
        stated: list[Condition | Gate] = [*level.conditions, *level.gates]
        for each in stated:
            place += 1
            if isinstance(each, Condition):
                tests.append(_Test(place, each.indicator, each.value, None, ruleset.indicator(each.indicator)))
            else:
                tests.append(_Test(place, each.count, each.at_least, next(rows), None))
        place += 1
        found.append(tests)
    return found


def _unmet(ruleset: Ruleset, judged: PointVerdicts, answers: Sequence[Mapping[str, object]]) -> list[tuple[Unmet, ...]]:
    """What keeps each from level + 1: the lower levels' conditions hold, or it would not have its level."""
    tests = [*_tests(ruleset), []]
    scores, met = judged.score.tolist(), judged.met.T.tolist()
    counts = judged.counts.T.tolist()

    def have(test: _Test, row: int) -> object:
        if test.indicator is not None:
            return _have(test.indicator, answers[row].get(test.indicator.code))
        return scores[row] if test.counted is None else counts[row][test.counted]

    return [
        tuple([Unmet(test.condition, test.need, have(test, row)) for test in tests[level] if not met[row][test.place]])
        for row, level in enumerate(judged.level.tolist())
    ]


def _have(indicator: Indicator, answer: Any) -> object:
    """What a condition on the indicator looks at: how many options are ticked, else the answer itself."""
    if indicator.kind == "multi" and answer is not None:
        return sum(key != indicator.none for key in answer)
    return answer
