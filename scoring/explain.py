"""The trace of one verdict: every answer with its points, every condition of every level with its value.

A trace is plain JSON. Every number of points, scores, weights and ratios is text, the exact decimal; counts, grades and
levels are numbers. It carries the ruleset's name, 文号 and sha256, so that `verify` can work it out again.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from scoring.answers import NA, plain
from scoring.encode import encode
from scoring.maturity import PointVerdicts, judge
from scoring.model import Indicator, Level, Ruleset
from scoring.output import decimal
from scoring.rated import RatedVerdicts
from scoring.tables import tables

_MILLI = 3
_PERCENT = 4  # decimals of a percentage of all weights, which are millionths
_RATED_POINTS = 7  # a milli-rating × a weight
_RATIO = 6
Trace = dict[str, Any]


class Incomplete(ValueError):
    """There is no verdict to explain: `missing` are the codes of the answers that are missing."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"missing: {', '.join(missing)}")
        self.missing = missing


def explain(ruleset: Ruleset, answers: Mapping[str, object]) -> Trace:
    """The trace of the verdict on a complete answer set; Incomplete when it is not, AnswerError when one is wrong.

    `points`, `lost` and `max` are points; in the ratings family percentages of all weights, at the level under test
    (the first that is not met, or the top), before they are scaled for what is 不适用. They are null for what is 不适用
    and for scenes.
    """
    judged = judge(ruleset, encode(ruleset, [answers]))
    codes = [each.code for each in ruleset.indicators]
    if not judged.complete[0]:
        answered = judged.answered[:, 0].tolist()
        raise Incomplete(tuple(code for code, given in zip(codes, answered, strict=True) if not given))
    level = int(judged.level[0])
    return {
        "ruleset": ruleset.name,
        "family": ruleset.family,
        "title": ruleset.title,
        "document": ruleset.document,
        "sha256": ruleset.sha256,
        "check": ruleset.check,
        "indicators": _indicators(ruleset, answers, judged.points[:, 0].tolist()),
        "dimensions": _dimensions(ruleset, judged),
        "score": _rated_score(judged) if isinstance(judged, RatedVerdicts) else _score(judged),
        "levels": _rated_levels(judged) if isinstance(judged, RatedVerdicts) else _levels(judged, answers),
        "level": level,
        "level_title": ruleset.level_title(level),
    }


def _indicators(ruleset: Ruleset, answers: Mapping[str, object], points: Sequence[int]) -> list[Trace]:
    return [
        {
            "code": each.code,
            "printed_no": each.printed_no,
            "dimension": each.dimension,
            "answer": shown_answer(answers[each.code]),
            **_worth(each, answers[each.code] != NA, got),
            "check": each.check,
        }
        for each, got in zip(ruleset.indicators, points, strict=True)
    ]


def shown_answer(answer: Any) -> Any:
    """An answer as JSON, its ratios and ratings as the decimals written."""
    if isinstance(answer, Mapping):
        return {part: plain(answer[part]) for part in ("num", "den")}
    if isinstance(answer, list | tuple):
        return [each if isinstance(each, str) else plain(each) for each in answer]
    return answer


def _worth(indicator: Indicator, applies: bool, got: int) -> Trace:
    if not applies or indicator.kind == "scene":
        return {"applies": applies, "points": None, "lost": None, "max": None}
    if indicator.kind != "ratings":
        most, places = indicator.max_points, _MILLI
    else:
        most, got, places = indicator.weight * 1000, got * indicator.weight, _RATED_POINTS
    parts = {"points": got, "lost": most - got, "max": most}
    return {"applies": True} | {name: decimal(part, places) for name, part in parts.items()}


def _dimensions(ruleset: Ruleset, judged: PointVerdicts | RatedVerdicts) -> list[Trace]:
    both = zip(judged.dimension_points[:, 0].tolist(), judged.dimension_max[:, 0].tolist(), strict=True)
    return [
        {"code": each.code, "title": each.title, "points": decimal(points, _MILLI), "max": decimal(most, _MILLI)}
        for each, (points, most) in zip(ruleset.dimensions, both, strict=True)
    ]


def _score(judged: PointVerdicts) -> Trace:
    """The score is 100 × points ÷ max, rounded half-up to `decimals`."""
    points, most = judged.dimension_points.sum(), judged.dimension_max.sum()
    places = judged.ruleset.decimals
    return {
        "points": decimal(int(points), _MILLI),
        "max": decimal(int(most), _MILLI),
        "decimals": places,
        "score": decimal(int(judged.score[0]), places),
    }


def _levels(judged: PointVerdicts, answers: Mapping[str, object]) -> list[Trace]:
    """Every level is reached when all its conditions and those of the lower ones hold."""
    met = iter(judged.met[:, 0].tolist())
    haves = iter(tables(judged.ruleset).tests.gate_rows.tolist())
    counts = judged.counts[:, 0].tolist()
    score = decimal(int(judged.score[0]), judged.ruleset.decimals)

    def conditions(level: Level) -> list[Trace]:
        asked: list[tuple[str, object, object]] = [("score", decimal(level.min_score, judged.ruleset.decimals), score)]
        asked += [
            (
                each.indicator,
                _need(each.value),
                _have(judged.ruleset.indicator(each.indicator), answers[each.indicator]),
            )
            for each in level.conditions
        ]
        asked += [(each.count, each.at_least, counts[next(haves)]) for each in level.gates]
        return [{"condition": name, "need": need, "have": have, "holds": next(met)} for name, need, have in asked]

    reached = int(judged.level[0])
    return [_level(each, conditions(each), reached) for each in judged.ruleset.levels]


def _level(level: Level, conditions: list[Trace], reached: int) -> Trace:
    about = {"level": level.level, "title": level.title, "check": level.check}
    return about | {"conditions": conditions, "reached": level.level <= reached}


def _need(value: Fraction | int | str) -> object:
    """What a condition needs: a ratio as a decimal, a count or an option."""
    return decimal(int(value * 10**_RATIO), _RATIO) if isinstance(value, Fraction) else value


def _have(indicator: Indicator, answer: Any) -> object:
    if indicator.kind == "multi":
        return sum(key != indicator.none for key in answer)
    return shown_answer(answer)


def _rated_score(judged: RatedVerdicts) -> Trace:
    """S is one for each level met, plus the A of the first that is not."""
    places, met = judged.ruleset.decimals, int(judged.level[0])
    level_scores = [decimal(each, places) for each in judged.level_scores[:, 0].tolist()]
    rest = level_scores[met] if met < len(level_scores) else "0"
    whole = int(
        sum(each.weight for each, used in zip(judged.ruleset.indicators, judged.applies[:, 0], strict=True) if used)
    )
    return {
        "level_scores": level_scores,
        "weight_in_use": decimal(whole, _PERCENT),
        "levels_met": met,
        "rest": rest,
        "decimals": places,
        "score": decimal(int(judged.score[0]), places),
    }


def _rated_levels(judged: RatedVerdicts) -> list[Trace]:
    places, reached = judged.ruleset.decimals, int(judged.level[0])
    scores, need = judged.level_scores[:, 0].tolist(), judged.ruleset.met_at

    def condition(score: int) -> Trace:
        ends = {"need": decimal(need, places), "have": decimal(score, places)}
        return {"condition": "A", **ends, "holds": score >= need}

    pairs = zip(judged.ruleset.levels, scores, strict=True)
    return [_level(level, [condition(score)], reached) for level, score in pairs]
