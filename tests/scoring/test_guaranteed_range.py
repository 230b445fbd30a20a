"""The guaranteed range is exact: every completion lies in it, both ends are reached, and answers only narrow it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.encode import encode
from scoring.interval import bounds
from scoring.ruleset import Ruleset
from scoring.verdict import verdict
from tests.scoring.oracle import NA, RAW, RULESET, Answers, Raw, answer_sets, completions, indicators, judge, raw
from tests.scoring.toy_rulesets import toy, toy_texts

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
    text = data.draw(toy_texts())
    plain = raw(text)
    answers = blank_some(data, plain, data.draw(answer_sets(plain)), most=2)
    codes = [each["code"] for each in indicators(plain)]
    applies = frozenset(data.draw(st.lists(st.sampled_from(codes), max_size=2)))
    assert found_range(toy(text), answers, applies) == brute_range(plain, answers, applies)


@settings(max_examples=300, deadline=None)
@given(answer_sets(RAW), st.data())
def test_it_shrinks_as_answers_arrive_and_ends_at_the_verdict(answers: Answers, data: st.DataObject) -> None:
    order = data.draw(st.permutations(list(answers)))
    known: Answers = {}
    (low, high), (bottom, top) = found_range(RULESET, known)
    for code in order:
        known[code] = answers[code]
        (new_low, new_high), (new_bottom, new_top) = found_range(RULESET, known)
        assert low <= new_low <= new_high <= high
        assert bottom <= new_bottom <= new_top <= top
        low, high, bottom, top = new_low, new_high, new_bottom, new_top
    final = verdict(RULESET, answers)
    assert (low, high) == (final.score, final.score)
    assert (bottom, top) == (final.level, final.level)


def test_an_empty_file_can_still_be_anything() -> None:
    found = verdict(RULESET, {})
    assert found.score_range == (0, 10000)
    assert found.level_range == (0, 4)
    assert found.missing == tuple(each.code for each in RULESET.indicators)
    assert found.score is None and found.level is None and found.level_title is None
    assert found.dimensions is None and found.unmet is None
    assert set(found.points.values()) == {None}


def best(*without: str) -> Answers:
    answers: Answers = {}
    for each in RULESET.indicators:
        if each.kind == "ratio":
            answers[each.code] = {"num": 1, "den": 1}
        else:
            answers[each.code] = each.options[-1] if each.kind == "single" else list(each.ticks)
    return {code: value for code, value in answers.items() if code not in without}


def test_a_missing_condition_leaves_the_level_open() -> None:
    found = verdict(RULESET, best("cnc_rate"))
    assert found.score_range == (8800, 10000)
    assert found.level_range == (1, 4)


def test_not_applicable_counts_among_the_ways_to_complete() -> None:
    found = verdict(RULESET, best("design_tool_rate", "design_depth") | {"smart_factory": "A"})
    assert found.score_range == (8100, 9600)  # lowest with both at nothing, highest with both full
    low_elsewhere = {"cnc_rate": {"num": 0, "den": 1}, "smart_factory": "A"}
    assert verdict(RULESET, low_elsewhere | {"design_depth": NA}).score_range == (0, 8118)  # 69/85


def test_one_answer_decides_for_the_whole_group() -> None:
    rest = best("design_tool_rate", "design_depth")
    assert verdict(RULESET, rest | {"design_depth": NA}).score_range == (10000, 10000)
    assert verdict(RULESET, rest | {"design_depth": "A"}).score_range == (8500, 9300)


def test_what_is_known_to_apply_is_not_taken_for_not_applicable() -> None:
    partial = best("design_tool_rate", "design_depth")
    partial = {code: value for code, value in partial.items() if code != "smart_factory"}
    worst = {
        code: ({"num": 0, "den": 1} if isinstance(value, dict) else ["A"] if isinstance(value, list) else "A")
        for code, value in partial.items()
    }
    nothing = worst | {"design_tool_rate": {"num": 1, "den": 1}}
    assert verdict(RULESET, {"design_depth": NA} | worst).score_range == (0, 471)  # smart_factory open: 4/85
    assert verdict(RULESET, nothing).score_range == (800, 1900)
    good = best("design_tool_rate", "design_depth")
    assert verdict(RULESET, good, {"design_depth"}).score_range == (8500, 10000)
    weak = {**worst, "smart_factory": "D"}
    assert verdict(RULESET, weak).score_range == (400, 1900)
    assert verdict(RULESET, weak, {"design_tool_rate"}).score_range == (400, 1900)


def test_ranges_of_many_are_those_of_each() -> None:
    some = [{}, best(), best("cnc_rate"), best("design_depth"), {"design_depth": NA}]
    found = bounds(RULESET, encode(RULESET, some))
    for place, answers in enumerate(some):
        (low, high), (bottom, top) = found_range(RULESET, answers)
        assert (found.score_low[place], found.score_high[place]) == (low, high)
        assert (found.level_low[place], found.level_high[place]) == (bottom, top)
