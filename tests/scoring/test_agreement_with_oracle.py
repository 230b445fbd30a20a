"""The integer tables give what plain fractions give, on random answers and on random rulesets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.encode import compact, encode
from scoring.maturity import CHUNK
from scoring.maturity import judge as judge_columns
from scoring.ruleset import Ruleset
from scoring.verdict import verdict
from tests.scoring.oracle import (
    NA,
    NAMES,
    RAW,
    RAWS,
    RULESET,
    RULESETS,
    Answers,
    Raw,
    answer_sets,
    half_up,
    judge,
    means,
    raw,
)
from tests.scoring.toy_rulesets import toy, toy_rated_texts, toy_texts


def assert_agrees(ruleset: Ruleset, plain: Raw, answers: Answers) -> None:
    points, score, level, unmet = judge(plain, answers)
    found = verdict(ruleset, answers)
    many = judge_columns(ruleset, compact(ruleset, encode(ruleset, [answers])))
    assert (many.score.tolist(), many.level.tolist()) == ([score], [level])
    pointless = {code for code in points if answers[code] == NA or ruleset.indicator(code).kind == "scene"}
    assert found.points == {code: None if code in pointless else value for code, value in points.items()}
    assert (found.score, found.level) == (score, level)
    assert [each.condition for each in found.unmet or ()] == unmet
    assert found.missing == () and found.score_range is None and found.level_range is None
    if ruleset.family == "ratings":
        assert found.level_scores == tuple(half_up(100 * mean) for mean in means(plain, answers))


@pytest.mark.parametrize("name", NAMES)
def test_points_score_level_and_unmet_agree_on_random_answers(name: str) -> None:
    @settings(max_examples=400, deadline=None)
    @given(answer_sets(RAWS[name]))
    def agree(answers: Answers) -> None:
        assert_agrees(RULESETS[name], RAWS[name], answers)

    agree()


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_they_agree_on_random_rulesets_too(data: st.DataObject) -> None:
    text = data.draw(st.one_of(toy_texts(), toy_texts(), toy_rated_texts()))
    plain = raw(text)
    assert_agrees(toy(text), plain, data.draw(answer_sets(plain)))


@settings(max_examples=8, deadline=None)
@given(st.lists(answer_sets(RAW, blanks=True), min_size=1, max_size=8))
def test_many_enterprises_get_what_each_gets_alone(some: list[Answers]) -> None:
    many = (some * (CHUNK + 5))[: CHUNK + 5]
    together = judge_columns(RULESET, encode(RULESET, many))
    for place in (*range(len(some)), CHUNK - 1, CHUNK, CHUNK + 4):
        alone = judge_columns(RULESET, encode(RULESET, [many[place]]))
        assert together.score[place] == alone.score[0]
        assert together.level[place] == alone.level[0]
        assert together.complete[place] == alone.complete[0]
        assert together.points[:, place].tolist() == alone.points[:, 0].tolist()
        assert together.dimension_max[:, place].tolist() == alone.dimension_max[:, 0].tolist()


def test_no_enterprises_are_judged_without_fuss() -> None:
    found = judge_columns(RULESET, encode(RULESET, []))
    assert found.score.shape == (0,) and found.points.shape == (22, 0)
