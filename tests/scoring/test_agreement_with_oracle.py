"""The integer tables give what plain fractions give, on random answers and on random rulesets."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.encode import encode
from scoring.maturity import CHUNK
from scoring.maturity import judge as judge_columns
from scoring.ruleset import Ruleset
from scoring.verdict import verdict
from tests.scoring.oracle import NA, RAW, RULESET, Answers, answer_sets, judge, raw
from tests.scoring.toy_rulesets import toy, toy_texts


def assert_agrees(ruleset: Ruleset, plain: dict[str, object], answers: Answers) -> None:
    points, score, level, unmet = judge(plain, answers)
    found = verdict(ruleset, answers)
    assert found.points == {code: None if answers[code] == NA else value for code, value in points.items()}
    assert (found.score, found.level) == (score, level)
    assert [each.condition for each in found.unmet or ()] == unmet
    assert found.missing == () and found.score_range is None and found.level_range is None


@settings(max_examples=600, deadline=None)
@given(answer_sets(RAW))
def test_points_score_level_and_unmet_agree_on_random_answers(answers: Answers) -> None:
    assert_agrees(RULESET, RAW, answers)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_they_agree_on_random_rulesets_too(data: st.DataObject) -> None:
    text = data.draw(toy_texts())
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


@settings(max_examples=300, deadline=None)
@given(answer_sets(RAW), st.data())
def test_a_better_answer_never_lowers_points_score_or_level(answers: Answers, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from([each.code for each in RULESET.indicators if answers[each.code] != NA]))
    indicator, before = RULESET.indicator(code), answers[code]
    better: Any
    if indicator.kind == "ratio":
        better = {"num": data.draw(st.integers(before["num"], before["den"])), "den": before["den"]}
    elif indicator.kind == "single":
        better = data.draw(st.sampled_from(indicator.options[indicator.options.index(before) :]))
    else:
        kept = [key for key in before if key != indicator.none]
        better = kept + [key for key in indicator.ticks if key not in kept and data.draw(st.booleans())] or [
            indicator.none
        ]
    worse, found = verdict(RULESET, answers), verdict(RULESET, answers | {code: better})
    assert (worse.points[code] or 0) <= (found.points[code] or 0)
    assert (worse.score or 0) <= (found.score or 0)
    assert (worse.level or 0) <= (found.level or 0)
