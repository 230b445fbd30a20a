"""A verdict explains itself, and the verifier, which shares no code with the scorer, works it out again."""

import json
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from scoring import verify
from scoring.__main__ import main
from scoring.encode import compact, encode
from scoring.explain import Incomplete, explain
from scoring.maturity import judge as judge_columns
from scoring.model import Ruleset
from tests.scoring.firms import everything
from tests.scoring.oracle import NA, NAMES, RAWS, RULESETS, Answers, answer_sets
from tests.scoring.test_better_answers import best

EXAMPLES = 2000


def top(ruleset: Ruleset, **changes: Any) -> Answers:
    return {each.code: best(each, len(ruleset.levels)) for each in ruleset.indicators} | changes


@pytest.mark.parametrize("name", NAMES)
def test_scorer_verifier_and_the_many_at_once_agree_on_random_answers(name: str) -> None:
    rules = verify.read_rules(name)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(answer_sets(RAWS[name]))
    def agree(answers: Answers) -> None:
        ruleset = RULESETS[name]
        trace = json.loads(json.dumps(explain(ruleset, answers)))
        assert list(verify.differences(trace, *rules)) == []
        many = judge_columns(ruleset, compact(ruleset, encode(ruleset, [top(ruleset), answers])))
        score, level = int(many.score[1]), int(many.level[1])
        assert (Fraction(trace["score"]["score"]) * 10**ruleset.decimals, trace["level"]) == (score, level)

    agree()


def test_it_names_the_rule_its_number_the_answer_and_what_was_lost() -> None:
    ruleset = RULESETS["miit-sme/2024"]
    trace = explain(ruleset, top(ruleset, network=["B"], scene_quality=2))
    assert (trace["ruleset"], trace["document"]) == ("miit-sme/2024", "工信厅企业〔2024〕56号")
    assert trace["sha256"] == ruleset.sha256
    by_code = {each["code"]: each for each in trace["indicators"]}
    assert by_code["network"] == {
        "code": "network",
        "printed_no": "F1",
        "dimension": "foundation",
        "answer": ["B"],
        "applies": True,
        "points": "2",
        "lost": "6",
        "max": "8",
        "check": None,
    }
    scene = by_code["scene_quality"]
    assert (scene["printed_no"], scene["answer"], scene["points"]) == ("S07", 2, None)
    assert "待" in by_code["auto_collection"]["check"]
    assert trace["score"] == {"points": "94", "max": "100", "decimals": 3, "score": "94"}


def test_every_condition_of_every_level_shows_what_it_needs_and_what_there_is() -> None:
    ruleset = RULESETS["digital-portrait/2025"]
    answers = everything(cnc_rate={"num": Decimal("0.6"), "den": 1}, management_links=["B"])
    second, third = explain(ruleset, answers)["levels"][1:3]
    assert second["conditions"][1:] == [
        {"condition": "cnc_rate", "need": "0.3", "have": {"num": "0.6", "den": "1"}, "holds": True},
        {"condition": "management_links", "need": 3, "have": 1, "holds": False},
    ]
    assert (second["reached"], third["reached"]) == (False, False)
    assert third["conditions"][2] == {"condition": "system_integration", "need": "C", "have": "E", "holds": True}
    scenes = explain(RULESETS["miit-sme/2024"], top(RULESETS["miit-sme/2024"], scene_quality=3))["levels"][3]
    assert [(each["condition"], each["need"], each["have"]) for each in scenes["conditions"]] == [
        ("score", "80", "100"),
        ("scenes", 10, 15),
        ("binding_scenes", 6, 9),
    ]


def test_the_ratings_family_shows_every_level_and_leaves_out_what_does_not_apply() -> None:
    ruleset = RULESETS["gbt-39116/2020-process"]
    ratings = [1, 1, Decimal("0.5"), 0, 0]
    trace = explain(ruleset, {each.code: ratings for each in ruleset.indicators} | {"data": NA})
    assert trace["score"] == {
        "level_scores": ["1", "1", "0.5", "0", "0"],
        "weight_in_use": "94.94",  # 数据 is 11 % × 46 %
        "levels_met": 2,
        "rest": "0.5",
        "decimals": 2,
        "score": "2.5",
    }
    by_code = {each["code"]: each for each in trace["indicators"]}
    assert (by_code["data"]["applies"], by_code["data"]["max"]) == (False, None)
    assert (by_code["equipment"]["points"], by_code["equipment"]["max"]) == ("5.025", "10.05")  # 15 % × 67 %
    assert trace["levels"][2]["conditions"] == [{"condition": "A", "need": "0.8", "have": "0.5", "holds": False}]


def test_an_incomplete_answer_set_has_no_verdict_to_explain() -> None:
    answers = everything()
    del answers["cnc_rate"], answers["talent"]
    with pytest.raises(Incomplete) as caught:
        explain(RULESETS["digital-portrait/2025"], answers)
    assert caught.value.missing == ("cnc_rate", "talent")


def other_ends(shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same condition with another value, or another limit; those of options stay."""
    for end in ("need", "have"):
        if isinstance(shown[end], dict):
            yield {end: {"num": "7", "den": "90"}}
        elif not isinstance(shown[end], str) or shown[end][0].isdigit():
            yield {end: "17.5"}


def tampered(trace: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The trace with one thing changed, and how the line that says so begins."""
    for place, each in enumerate(trace["indicators"]):
        if each["points"] is not None:
            wrong = deepcopy(trace)
            wrong["indicators"][place]["points"] = "99.5"
            yield f"{each['code']}: the trace says", wrong
    yield "score: the trace says", trace | {"score": trace["score"] | {"score": "12.5"}}
    yield "level: the trace says", trace | {"level": trace["level"] + 1}
    for number, level in enumerate(trace["levels"], start=1):
        for place, shown in enumerate(level["conditions"]):
            changes: list[dict[str, Any]] = [{"holds": not shown["holds"]}, {"condition": "another"}]
            for change in (*changes, *other_ends(shown)):
                wrong = deepcopy(trace)
                wrong["levels"][number - 1]["conditions"][place] |= change
                yield f"level {number}: the trace says {change.get('condition', shown['condition'])} ", wrong
        wrong = deepcopy(trace)
        wrong["levels"][number - 1]["reached"] = not level["reached"]
        yield f"level {number}: the trace says reached", wrong
    yield "sha256: the trace says", trace | {"sha256": "0" * 64}


@pytest.mark.parametrize("name", NAMES)
def test_the_verifier_says_what_was_tampered_with(name: str) -> None:
    ruleset = RULESETS[name]
    least = {"scene": 0, "single": "A", "multi": ["A"], "ratings": [0] * 5}
    middling = {
        each.code: best(each, 5) if place % 3 else least.get(each.kind, {"num": 1, "den": 3})
        for place, each in enumerate(ruleset.indicators)
    }
    for begin, wrong in tampered(json.loads(json.dumps(explain(ruleset, middling)))):
        assert [line for line in verify.differences(wrong, *verify.read_rules(name)) if line.startswith(begin)], begin


def test_the_command_ends_with_0_1_or_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, ruleset = tmp_path / "trace.json", RULESETS["miit-sme/2024"]
    trace = explain(ruleset, top(ruleset))
    path.write_text(json.dumps(trace), encoding="utf-8")
    assert main(["verify", str(path)]) == 0
    assert capsys.readouterr().out == "points, score, level and conditions agree\n"
    path.write_text(json.dumps(trace | {"level": 3}), encoding="utf-8")
    assert main(["verify", str(path)]) == 1
    assert capsys.readouterr().out == "level: the trace says 3, the answers give 4\n"
    assert main(["verify", str(tmp_path / "absent.json")]) == 2


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"ruleset": 7}', '{"ruleset": "../x"}', '{"ruleset": "toy/1", "sha256": ""}', "\x00"],
)
def test_what_is_no_trace_cannot_be_verified(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.json"
    path.write_text(text, encoding="utf-8")
    assert main(["verify", str(path)]) == 2
    assert "cannot be verified" in capsys.readouterr().err


def test_a_number_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    ruleset = RULESETS["miit-sme/2024"]
    text = json.dumps(explain(ruleset, top(ruleset))).replace('"num": "1"', '"num": "1e999999999"', 1)
    (tmp_path / "trace.json").write_text(text, encoding="utf-8")
    assert main(["verify", str(tmp_path / "trace.json")]) == 2
