"""Which open answers can still change the level: exactly those that two completions tell apart."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.encode import encode
from scoring.maturity import judge as judge_columns
from scoring.movable import movable
from scoring.ruleset import Ruleset
from scoring.verdict import verdict
from tests.scoring.firms import everything, nothing
from tests.scoring.oracle import NA, RULESET, RULESETS, Answers, Raw, answer_sets, completions, judge, raw
from tests.scoring.test_guaranteed_range import blank_some
from tests.scoring.toy_rulesets import KINDS, toy, toy_rated_texts, toy_texts

STEPPED = tuple(kind for kind in KINDS if kind != "ratio")  # kinds whose answers can all be listed


def brute_movable(ruleset: Raw, answers: Answers, applies: frozenset[str]) -> set[str]:
    """Open codes for which two completions that differ nowhere else have two levels."""
    ways = [(each, judge(ruleset, each)[2]) for each in completions(ruleset, answers, applies)]
    found: set[str] = set()
    for code in ways[0][0].keys() - answers.keys():
        levels: dict[str, set[int]] = {}
        for way, level in ways:
            levels.setdefault(str({key: each for key, each in sorted(way.items()) if key != code}), set()).add(level)
        if any(len(each) > 1 for each in levels.values()):
            found.add(code)
    return found


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_it_equals_brute_force_over_all_completions(data: st.DataObject) -> None:
    text = data.draw(toy_texts(STEPPED))
    plain = raw(text)
    answers = blank_some(data, plain, data.draw(answer_sets(plain)), most=4)
    codes = [each["code"] for dimension in plain["dimensions"] for each in dimension["indicators"]]
    applies = frozenset(data.draw(st.lists(st.sampled_from(codes), max_size=1)))
    if completions_are_few(plain, answers):
        assert movable(toy(text), answers, applies) == brute_movable(plain, answers, applies)


def completions_are_few(ruleset: Raw, answers: Answers) -> bool:
    return all(place < 1500 for place, _ in enumerate(completions(ruleset, answers)))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_where_not_every_ratio_can_be_listed_it_finds_all_that_brute_force_does(data: st.DataObject) -> None:
    text = data.draw(st.one_of(toy_texts(), toy_rated_texts()))
    plain = raw(text)
    answers = blank_some(data, plain, data.draw(answer_sets(plain)), most=2)
    ruleset = toy(text)
    found = movable(ruleset, answers)
    assert brute_movable(plain, answers, frozenset()) <= found
    low, high = verdict(ruleset, answers).level_range or (0, 0)
    assert bool(found) == (low < high)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_in_the_ratings_family_an_open_one_moves_the_level_as_long_as_any_can(data: st.DataObject) -> None:
    """Found by trying, not by listing: the other open ones are slid together until the chosen one decides."""
    text = data.draw(toy_rated_texts())
    plain = raw(text)
    answers = blank_some(data, plain, data.draw(answer_sets(plain)), most=2)
    ruleset = toy(text)
    blank = sorted({each.code for each in ruleset.indicators} - answers.keys())
    for code in movable(ruleset, answers):
        assert decides(ruleset, answers, blank, code), code


def decides(ruleset: Ruleset, answers: Answers, blank: list[str], code: str) -> bool:
    """Whether 0 and 1 differ in level while the others slide from 0 to 1 at one level, with 1 at those below it."""
    times = len(ruleset.levels)
    ways = [
        answers | {each: [1] * at + [Decimal(milli) / 1000] + [0] * (times - at - 1) for each in blank}
        for at in range(times)
        for milli in range(0, 1001, 5)
    ]
    levels = [
        judge_columns(ruleset, encode(ruleset, [way | {code: [end] * times} for way in ways])).level for end in (0, 1)
    ]
    return bool((levels[0] != levels[1]).any())


def test_with_everything_open_everything_can_move_the_level_but_what_is_decided_cannot() -> None:
    for ruleset in RULESETS.values():
        assert movable(ruleset, {}) == {each.code for each in ruleset.indicators}
    assert movable(RULESET, everything()) == frozenset()


def test_a_condition_on_an_answer_lets_it_move_what_its_points_cannot() -> None:
    firm = everything()
    del firm["cnc_rate"], firm["five_g"]
    assert movable(RULESET, firm) == {"cnc_rate"}  # 86 to 100 points: five_g alone decides nothing


def test_a_scene_moves_the_level_only_where_it_can_be_the_one_still_lacking() -> None:
    ruleset = RULESETS["miit-sme/2024"]
    most = {each.code: ticks(each.options, each.kind) for each in ruleset.indicators if each.kind != "scene"}
    scenes = [each for each in ruleset.indicators if each.kind == "scene"]
    graded = {each.code: 4 for each in scenes if each.binding} | {each.code: 0 for each in scenes if not each.binding}
    blank = {"scene_quality", "scene_marketing"}
    answers = most | {code: grade for code, grade in graded.items() if code not in blank}
    assert verdict(ruleset, answers).level_range == (3, 4)  # 8 to 10 graded 4, 10 are needed
    assert movable(ruleset, answers) == blank
    assert movable(ruleset, answers | {"scene_quality": 0}) == frozenset()


def ticks(options: tuple[str, ...], kind: str) -> object:
    if kind == "single":
        return options[-1]
    return list(options[1:]) if kind == "multi" else {"num": 1, "den": 1}


def test_not_applicable_is_an_answer_that_can_move_the_level_only_where_it_stands_alone() -> None:
    """Both design questions leave together, so neither can leave alone."""
    rest = {code: answer for code, answer in nothing().items() if code != "design_depth"}
    assert movable(RULESET, rest) == frozenset()
    assert movable(RULESET, rest | {"design_tool_rate": NA}) == frozenset()
