"""docs/add-a-scheme.md, followed to the letter."""

import io
import json
import re
from pathlib import Path

from scoring import verify
from scoring.batch import score
from scoring.encode import encode
from scoring.explain import explain
from scoring.interval import bounds
from scoring.movable import movable
from scoring.ruleset import Ruleset, load, parse
from scoring.verdict import verdict
from tests.scoring.oracle import judge, raw

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-scheme.md").read_text(encoding="utf-8")
(RULES,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
LINE, RESULT = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def saved(folder: Path) -> Ruleset:
    path = folder / "toy" / "2030.yaml"
    path.parent.mkdir()
    path.write_text(RULES, encoding="utf-8")
    return load(path)


def test_the_file_is_read_and_has_every_kind_of_value_and_condition(tmp_path: Path) -> None:
    ruleset = saved(tmp_path)
    assert (ruleset.name, ruleset.document) == ("toy/2030", "玩工信〔2030〕1号")
    assert {each.kind for each in ruleset.indicators} == {"single", "multi", "ratio", "ratio_banded", "scene"}
    assert any(each.counted for each in ruleset.indicators) and ruleset.may_not_apply("design")
    assert {each.kind for level in ruleset.levels for each in level.conditions} == {
        "at_least",
        "ticked_at_least",
        "option_at_least",
    }
    assert [gate.count for gate in ruleset.levels[1].gates] == ["scenes", "binding_scenes"]
    assert [ruleset.check, ruleset.indicator("systems").check, ruleset.levels[1].check] == [
        "整套体系待与文件原文核对",
        "选项 B 的分值待核",
        "场景个数待核",
    ]


def test_the_line_gives_the_result_on_the_page(tmp_path: Path) -> None:
    sink = io.BytesIO()
    assert score(saved(tmp_path), io.BytesIO(LINE.encode()), sink) == 0
    assert json.loads(sink.getvalue(), parse_float=str) == json.loads(RESULT, parse_float=str)


def test_the_oracle_the_verifier_and_the_range_agree_with_it(tmp_path: Path) -> None:
    ruleset, answers = saved(tmp_path), json.loads(LINE)["answers"]
    assert judge(raw(RULES), answers)[1:] == (6917, 2, [])
    assert list(verify.differences(explain(ruleset, answers), verify_rules(), ruleset.sha256)) == []
    found = bounds(ruleset, encode(ruleset, [answers]))
    assert (found.score_low[0], found.score_high[0]) == (6917, 6917)


def verify_rules() -> object:
    import yaml

    return yaml.load(RULES, Loader=yaml.BaseLoader)


def test_a_gate_just_missed_and_an_open_answer(tmp_path: Path) -> None:
    ruleset, answers = saved(tmp_path), json.loads(LINE)["answers"]
    missed = verdict(ruleset, answers | {"scene_quality": 1})
    assert [(each.condition, each.need, each.have) for each in missed.unmet or ()] == [
        ("scenes", 2, 1),
        ("binding_scenes", 1, 0),
    ]
    del answers["scene_quality"], answers["links"]
    assert verdict(ruleset, answers).level_range == (1, 2)
    assert movable(ruleset, answers) == {"scene_quality"}


def test_a_band_left_out_is_refused() -> None:
    gap = RULES.replace('          - {range: "(0.1, 0.5)", points: 7.5}\n', "")
    try:
        parse(gap.encode(), Path("toy/2030.yaml"))
    except ValueError as error:
        assert "must begin where the band before it ends" in str(error)
    else:
        raise AssertionError("a gap between two bands was not refused")
