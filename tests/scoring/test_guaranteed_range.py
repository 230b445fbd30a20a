"""The guaranteed range is exact: every completion lies in it, both ends are reached, and answers only narrow it."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.encode import encode
from scoring.interval import bounds
from scoring.ruleset import Ruleset
from scoring.verdict import verdict
from tests.scoring.firms import everything, nothing
from tests.scoring.oracle import (
    NA,
    NAMES,
    RAWS,
    RULESET,
    RULESETS,
    Answers,
    Raw,
    answer_sets,
    completions,
    indicators,
    judge,
    raw,
)
from tests.scoring.toy_rulesets import TOY, toy, toy_rated_texts, toy_texts

NO_DESIGN = ("design_tool_rate", "design_depth")
Range = tuple[tuple[int, int], tuple[int, int]]


def found_range(ruleset: Ruleset, answers: Answers, applies: frozenset[str] = frozenset()) -> Range:
    found = bounds(ruleset, encode(ruleset, [answers]), applies)
    score = (int(found.score_low[0]), int(found.score_high[0]))
    return score, (int(found.level_low[0]), int(found.level_high[0]))


def brute_range(ruleset: Raw, answers: Answers, applies: frozenset[str]) -> Range:
    verdicts = [judge(ruleset, each) for each in completions(ruleset, answers, applies)]
    scores, levels = [score for _, score, _, _ in verdicts], [level for _, _, level, _ in verdicts]
    return (min(scores), max(scores)), (min(levels), max(levels))


def blank_some(data: st.DataObject, ruleset: Raw, answers: Answers, most: int) -> Answers:
    codes = [each["code"] for each in indicators(ruleset)]
    gone = data.draw(st.lists(st.sampled_from(codes), min_size=1, max_size=most, unique=True))
    return {code: value for code, value in answers.items() if code not in gone}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_it_equals_brute_force_over_all_completions(data: st.DataObject) -> None:
    text = data.draw(st.one_of(toy_texts(), toy_texts(), toy_rated_texts()))
    plain = raw(text)
    answers = blank_some(data, plain, data.draw(answer_sets(plain)), most=2)
    codes = [each["code"] for each in indicators(plain)]
    applies = frozenset(data.draw(st.lists(st.sampled_from(codes), max_size=2)))
    assert found_range(toy(text), answers, applies) == brute_range(plain, answers, applies)


@pytest.mark.parametrize("name", NAMES)
def test_it_shrinks_as_answers_arrive_and_ends_at_the_verdict(name: str) -> None:
    ruleset = RULESETS[name]

    @settings(max_examples=2000, deadline=None)
    @given(answer_sets(RAWS[name]), st.randoms(use_true_random=False))
    def shrink(answers: Answers, order: Random) -> None:
        codes = order.sample(list(answers), len(answers))
        steps = [{code: answers[code] for code in codes[:count]} for count in range(len(codes) + 1)]
        found = bounds(ruleset, encode(ruleset, steps))
        for low, high in ((found.score_low, found.score_high), (found.level_low, found.level_high)):
            assert (np.diff(low) >= 0).all() and (np.diff(high) <= 0).all() and (low <= high).all()
        assert (found.score_low[-1], found.level_low[-1]) == (found.score_high[-1], found.level_high[-1])

    shrink()


def test_an_empty_file_can_still_be_anything() -> None:
    found = verdict(RULESET, {})
    assert found.score_range == (0, 10000)
    assert found.level_range == (0, 4)
    assert found.missing == tuple(each.code for each in RULESET.indicators)
    assert found.score is None and found.level is None and found.level_title is None
    assert found.dimensions is None and found.unmet is None
    assert set(found.points.values()) == {None}


def best(*without: str) -> Answers:
    return {code: value for code, value in everything().items() if code not in without}


def test_a_missing_condition_leaves_the_level_open() -> None:
    found = verdict(RULESET, best("cnc_rate"))
    assert found.score_range == (8800, 10000)
    assert found.level_range == (1, 4)


def test_not_applicable_counts_among_the_ways_to_complete() -> None:
    rest = {code: value for code, value in nothing(cloud_stars="D").items() if code not in NO_DESIGN}
    assert verdict(RULESET, rest).score_range == (800, 2300)  # 8 to 23 of 100; 8 of 85 lies between
    assert verdict(RULESET, rest | dict.fromkeys(NO_DESIGN, NA)).score == 941


def test_one_answer_decides_for_the_whole_group() -> None:
    rest = best("design_tool_rate", "design_depth")
    assert verdict(RULESET, rest | {"design_depth": NA}).score_range == (10000, 10000)
    assert verdict(RULESET, rest | {"design_depth": "A"}).score_range == (8500, 9300)


def test_what_is_known_to_apply_is_not_taken_for_not_applicable() -> None:
    """Where even the least answer gives points, leaving the question out can give a lower score than answering it."""
    ruleset = toy(TOY.replace("{A: 0, B: 12.5, C: 20}", "{A: 10, B: 12.5, C: 20}"))
    rest = {"share": {"num": 0, "den": 1}, "links": ["A"], "steps": ["A"]}
    assert verdict(ruleset, rest).score_range == (0, 200)
    assert verdict(ruleset, rest, {"depth"}).score_range == (100, 200)
    assert verdict(ruleset, rest | {"depth": NA}, {"depth"}).score == 0


def test_ranges_of_many_are_those_of_each() -> None:
    some = [{}, best(), best("cnc_rate"), best("design_depth"), {"design_depth": NA}]
    found = bounds(RULESET, encode(RULESET, some))
    for place, answers in enumerate(some):
        (low, high), (bottom, top) = found_range(RULESET, answers)
        assert (found.score_low[place], found.score_high[place]) == (low, high)
        assert (found.level_low[place], found.level_high[place]) == (bottom, top)
