"""Verdicts in plain values, one enterprise each, for pages and files; `maturity` and `interval` give the numbers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.encode import Columns, encode
from scoring.interval import bounds
from scoring.maturity import Verdicts, judge
from scoring.model import Indicator, Ruleset


@dataclass(frozen=True)
class Unmet:
    """A condition of the next level that does not hold.

    `condition` is "score" (need and have in units of 10**-decimals) or an indicator code: need a Fraction and have the
    answer {"num", "den"} as given, need and have the count of options ticked, or need and have an option key.
    """

    condition: str
    need: object
    have: object


@dataclass(frozen=True)
class Verdict:
    """What one enterprise gets. Scores in units of 10**-decimals, points in milli-points.

    With `missing` answers there is a guaranteed range (both ends attained) and no verdict; else the other way round.
    """

    score: int | None
    level: int | None
    level_title: str | None
    dimensions: dict[str, tuple[int, int]] | None  # code → points, maximum of what applies
    points: dict[str, int | None]  # by indicator; None where missing or 不适用
    unmet: tuple[Unmet, ...] | None
    missing: tuple[str, ...]
    score_range: tuple[int, int] | None
    level_range: tuple[int, int] | None


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
    dimensions = _dimensions(ruleset, judged)
    complete, score, level = judged.complete.tolist(), judged.score.tolist(), judged.level.tolist()
    met = judged.met.T.tolist()
    drafts = _drafts(ruleset, columns, judged, points, applies)

    def final(row: int, said: Mapping[str, object]) -> Verdict:
        unmet = _unmet(ruleset, score[row], level[row], met[row], said)
        title = ruleset.level_title(level[row])
        return Verdict(score[row], level[row], title, dimensions[row], points[row], unmet, (), None, None)

    return [final(row, said) if complete[row] else drafts[row] for row, said in enumerate(answers)]


def _points(ruleset: Ruleset, judged: Verdicts) -> list[dict[str, int | None]]:
    codes = [each.code for each in ruleset.indicators]
    counted = np.where(judged.answered & judged.applies, judged.points, -1).T.tolist()
    return [{code: None if each < 0 else each for code, each in zip(codes, row, strict=True)} for row in counted]


def _dimensions(ruleset: Ruleset, judged: Verdicts) -> list[dict[str, tuple[int, int]]]:
    codes = [each.code for each in ruleset.dimensions]
    both = zip(judged.dimension_points.T.tolist(), judged.dimension_max.T.tolist(), strict=True)
    return [dict(zip(codes, zip(points, most, strict=True), strict=True)) for points, most in both]


def _drafts(
    ruleset: Ruleset,
    columns: Columns,
    judged: Verdicts,
    points: list[dict[str, int | None]],
    applies: Collection[str],
) -> dict[int, Verdict]:
    """The incomplete ones, by their place among the n."""
    rows = np.flatnonzero(~judged.complete)
    if not len(rows):
        return {}
    found = bounds(ruleset, columns.part(~judged.complete), applies)
    scores = zip(found.score_low.tolist(), found.score_high.tolist(), strict=True)
    levels = zip(found.level_low.tolist(), found.level_high.tolist(), strict=True)
    answered = judged.answered[:, rows].T.tolist()
    codes = [each.code for each in ruleset.indicators]
    return {
        row: Verdict(None, None, None, None, points[row], None, _missing(codes, given), score, level)
        for row, given, score, level in zip(rows.tolist(), answered, scores, levels, strict=True)
    }


def _missing(codes: Sequence[str], answered: Sequence[bool]) -> tuple[str, ...]:
    return tuple(code for code, given in zip(codes, answered, strict=True) if not given)


def _unmet(
    ruleset: Ruleset, score: int, level: int, met: Sequence[bool], answers: Mapping[str, object]
) -> tuple[Unmet, ...]:
    """What keeps the enterprise from level + 1: the lower levels' conditions hold, or it would not have its level."""
    if level == len(ruleset.levels):
        return ()
    target = ruleset.levels[level]
    found = [Unmet("score", target.min_score, score)] if score < target.min_score else []
    first = sum(len(lower.conditions) for lower in ruleset.levels[:level])
    for condition, holds in zip(target.conditions, met[first:], strict=False):
        if not holds:
            have = _have(ruleset.indicator(condition.indicator), answers[condition.indicator])
            found.append(Unmet(condition.indicator, condition.value, have))
    return tuple(found)


def _have(indicator: Indicator, answer: Any) -> object:
    """What a condition on the indicator looks at: how many options are ticked, else the answer itself."""
    return sum(key != indicator.none for key in answer) if indicator.kind == "multi" else answer
