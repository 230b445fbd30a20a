"""What must hold whatever is answered: better is never worse, the most is within reach, and every weight is felt."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.encode import encode
from scoring.maturity import Verdicts, judge
from scoring.model import Indicator, Ruleset
from tests.scoring.oracle import NA, NAMES, RAWS, RULESETS, Answers, answer_sets

EXAMPLES = 2000
MILLI = Decimal("0.001")


def better(indicator: Indicator, answer: Any, luck: int) -> Any:
    """An answer no worse than this one; which, `luck` (0 to 255) decides."""
    if answer == NA:
        return NA
    if indicator.kind == "single":
        above = indicator.options[indicator.options.index(answer) :]
        return above[luck % len(above)]
    if indicator.kind == "multi":
        kept = [key for key in answer if key != indicator.none]
        more = [key for place, key in enumerate(indicator.ticks) if key not in kept and luck * 257 >> place & 1]
        return kept + more or answer
    if indicator.kind == "scene":
        return answer + luck % (indicator.grades + 1 - answer)
    if indicator.kind == "ratings":
        return [each + (1 - each) * 1000 * luck // 255 * MILLI for each in answer]
    top = answer["den"] if answer["num"] <= answer["den"] else 2 * answer["num"]
    return {"num": answer["num"] + (top - answer["num"]) * luck // 255, "den": answer["den"]}


def best(indicator: Indicator, levels: int) -> Any:
    if indicator.kind == "single":
        return indicator.options[-1]
    if indicator.kind == "multi":
        return list(indicator.ticks)
    if indicator.kind == "scene":
        return indicator.grades
    return [1] * levels if indicator.kind == "ratings" else {"num": 1, "den": 1}


def judged(ruleset: Ruleset, firms: list[Answers]) -> Verdicts:
    return judge(ruleset, encode(ruleset, firms))


@pytest.mark.parametrize("name", NAMES)
def test_a_better_answer_never_lowers_points_score_or_level(name: str) -> None:
    ruleset = RULESETS[name]
    size = len(ruleset.indicators)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(answer_sets(RAWS[name]), st.binary(min_size=size, max_size=size))
    def rise(answers: Answers, luck: bytes) -> None:
        steps = [answers]
        for indicator, each in zip(ruleset.indicators, luck, strict=True):
            steps.append(steps[-1] | {indicator.code: better(indicator, answers[indicator.code], each)})
        found = judged(ruleset, steps)
        assert (np.diff(found.score) >= 0).all() and (np.diff(found.level) >= 0).all()
        if ruleset.family == "points":
            assert (np.diff(found.points, axis=1) >= 0).all()

    rise()


@pytest.mark.parametrize("name", NAMES)
def test_the_most_is_reached_from_anywhere_by_answering_everything_best(name: str) -> None:
    ruleset = RULESETS[name]
    levels = len(ruleset.levels)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(answer_sets(RAWS[name]))
    def arrive(answers: Answers) -> None:
        code_of_best = {each.code: best(each, levels) for each in ruleset.indicators}
        top = {code: NA if answer == NA else code_of_best[code] for code, answer in answers.items()}
        found = judged(ruleset, [answers, top])
        most = 100 * 10**ruleset.decimals if ruleset.family == "points" else levels * 10**ruleset.decimals
        assert found.score[0] <= found.score[1] == most
        assert found.level[1] == levels

    arrive()


@pytest.mark.parametrize("name", NAMES)
def test_every_weight_is_felt_as_its_own_weight_and_no_other(name: str) -> None:
    """One answer lifted from the least to the most adds exactly its points, or its share of every level's mean."""
    ruleset = RULESETS[name]
    levels, codes = len(ruleset.levels), [each.code for each in ruleset.indicators]
    least: Answers = {each.code: worst(each, levels) for each in ruleset.indicators}

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(answer_sets(RAWS[name]))
    def feel(answers: Answers) -> None:
        low = [answers if answers[code] == NA else answers | {code: least[code]} for code in codes]
        high = [
            answers if answers[each.code] == NA else answers | {each.code: best(each, levels)}
            for each in ruleset.indicators
        ]
        before, after = judged(ruleset, low), judged(ruleset, high)
        assert (before.complete & after.complete).all()
        if ruleset.family == "ratings":
            check_shares(ruleset, answers, before, after)
        else:
            gained = np.diff([before.dimension_points.sum(axis=0), after.dimension_points.sum(axis=0)], axis=0)[0]
            assert gained.tolist() == [
                0 if answers[each.code] == NA else each.max_points for each in ruleset.indicators
            ]

    feel()


def worst(indicator: Indicator, levels: int) -> Any:
    if indicator.kind == "single":
        return indicator.options[0]
    if indicator.kind == "multi":
        return [indicator.none]
    if indicator.kind == "scene":
        return 0
    return [0] * levels if indicator.kind == "ratings" else {"num": 0, "den": 1}


def check_shares(ruleset: Ruleset, answers: Answers, before: Verdicts, after: Verdicts) -> None:
    """Each A rises by 100 × weight ÷ weights in use, give or take one rounding at either end."""
    in_use = sum(each.weight for each in ruleset.indicators if answers[each.code] != NA)
    for place, each in enumerate(ruleset.indicators):
        weight = 0 if answers[each.code] == NA else each.weight
        gained = after.level_scores[:, place] - before.level_scores[:, place]  # type: ignore[union-attr]
        assert (np.abs(gained * in_use - 100 * weight) <= in_use).all()
