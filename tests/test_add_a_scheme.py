"""docs/add-a-scheme.md from the rules to the start-up check, with the scheme in tests/toy_scheme: YAML, no Python."""

import json
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from diagnose.catalog import cross_check
from diagnose.services.answers import batch_answers
from diagnose.services.recommend import Library, load_library
from questionnaires.schema import Dictionary, Form, load_dictionary, load_form
from questionnaires.strict import DefinitionError
from scoring import ruleset, verify
from scoring.__main__ import main
from scoring.explain import explain
from scoring.ruleset import Ruleset
from scoring.verdict import verdict
from tests.scoring.test_worked_cases import (
    answers_of,
    check_dimensions,
    check_level,
    check_points,
    check_score,
    read,
    worked_out,
)

HERE = Path(__file__).parent
TOY = HERE / "toy_scheme"
PAGE = (HERE.parent / "docs" / "add-a-scheme.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```ya?ml\n(.*?)```", PAGE, re.DOTALL)
MESSAGES = dict(re.findall(r"^\| ([^|]+) \| `(.+)` \|$", PAGE.split("## 7. Start")[1], re.MULTILINE))
CASES = sorted((TOY / "cases").glob("*.yaml"))
FORGOTTEN = {  # what the page says was forgotten: the file, its text, and that text with the slip
    "a question on the form": ("forms/toy-2030.yaml", "[training, links,", "[links,"),
    "a question in the dictionary, but it is on the form": ("indicators/toy.yaml", "  links:\n", "  connections:\n"),
    "an option in the dictionary": ("indicators/toy.yaml", "      C: 系统之间数据互通\n", ""),
    "the level 2 of a scene": ("indicators/toy.yaml", "      2: 客户、订单、发货、回款在系统里连通\n", ""),
    "`may_not_apply` in the dictionary": (
        "indicators/toy.yaml",
        "    may_not_apply: {fact: own_design, value: false}\n",
        "",
    ),
    "the form names rules that are not there": ("forms/toy-2030.yaml", "[toy/2030]", "[toy/2031]"),
    "the text of a step": (
        "advice/toy/toy.yaml",
        """\
- to: C
  name: 打通三套数据
  do: 打通订单、库存和生产三套数据，单据不再重录。
  needs: 供应商开放接口，各部门认可的编码。
  done: 任选一张订单，从下单到入库不用人工转录。
  cost: [20, 80]
  months: 9
  after:
  - {indicator: links, add: C}
  kpi: 重复录入的人工
  service: mes
  basis: 经验值
""",
        "",
    ),
    "the cost of an action": ("advice/toy/toy.yaml", "  cost: [10, 40]\n", ""),
    "a category of services": ("advice/toy/toy.yaml", "service: plm", "service: plm3d"),
    "the step that must come first": ("advice/toy/toy.yaml", "indicator: links, add: D", "indicator: links, add: E"),
    "all texts of an indicator": (
        "advice/toy/toy.yaml",
        """\
design:
- to: B
  name: 主产品改三维设计
  do: 选订单最多的一类产品改用三维设计。
  needs: 三维软件，两名设计员，两个月适应期。
  done: 最近一个新产品有完整的三维模型。
  cost: [8, 30]
  months: 6
  kpi: 试制次数
  service: plm
  basis: 经验值
""",
        "",
    ),
}


class Scheme(NamedTuple):
    rules: Ruleset
    dictionary: Dictionary
    form: Form
    library: Library


def load(folder: Path) -> Scheme:
    """All of a scheme, held against each other as at start-up."""
    rules = ruleset.load(folder / "rules/toy/2030.yaml")
    dictionary = load_dictionary(folder / "indicators")
    form = load_form(folder / "forms/toy-2030.yaml", dictionary)
    cross_check(dictionary, {form.name: form}, {rules.name: rules})
    return Scheme(rules, dictionary, form, load_library([folder / "advice/toy"], rules))


def complete(case: dict[str, Any]) -> dict[str, Any]:
    """All answers of a case, scenes among them."""
    answers: dict[str, Any] = answers_of(case) | case["场景"]
    return answers


@pytest.fixture(scope="module")
def toy() -> Scheme:
    return load(TOY)


@pytest.fixture
def shipped_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of the toy scheme lie where shipped ones do."""
    monkeypatch.setattr(ruleset, "RULES", TOY / "rules")
    monkeypatch.setattr(verify, "RULES", TOY / "rules")


def test_every_block_on_the_page_stands_in_a_file_of_the_scheme() -> None:
    files = [path.read_text(encoding="utf-8") for path in TOY.rglob("*.yaml")]
    assert len(BLOCKS) > 10
    assert [block for block in BLOCKS if not any(block in text for text in files)] == []
    assert BLOCKS[0] == (TOY / "rules/toy/2030.yaml").read_text(encoding="utf-8")


def test_the_scheme_loads_and_has_everything_a_scheme_can_have(toy: Scheme) -> None:
    assert {each.kind for each in toy.rules.indicators} == {"single", "multi", "ratio", "ratio_banded", "scene"}
    assert toy.rules.not_applicable == (frozenset({"design"}),)
    conditions = [each for level in toy.rules.levels for each in level.conditions]
    assert "at_least" in {each.kind for each in conditions}
    assert {gate.count for level in toy.rules.levels for gate in level.gates} == {"scenes", "binding_scenes"}
    asked = {question.code for question in toy.form.questions}
    assert asked - {each.code for each in toy.rules.indicators} == {"own_design"}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_verdict_is_the_one_worked_by_hand(toy: Scheme, path: Path) -> None:
    case = read(path)
    found = verdict(toy.rules, complete(case))
    check_points(case, found)
    check_dimensions(case, found)
    check_score(case, found)
    check_level(case, found)
    assert all(found.points[code] is None for code in case["场景"])
    assert worked_out(case["总分"]["满分合计"]) == sum(said["满分"] for said in case["维度"].values())


def test_what_a_firm_states_becomes_those_answers(toy: Scheme) -> None:
    stated = {
        "key_processes_cnc": 3,
        "key_processes_total": 4,
        "digital_investment": 3,
        "revenue": 2,
        "systems": "B",
        "training": ["B", "C"],
        "links": ["B"],
        "own_design": False,
        "scene_quality": 2,
        "scene_sales": 2,
        "scene_safety": 0,
    }
    assert batch_answers(toy.rules, toy.dictionary, stated) == complete(read(CASES[0]))


def test_every_level_condition_is_explained(toy: Scheme) -> None:
    trace = explain(toy.rules, complete(read(CASES[1])))
    said = {each["condition"]: (each["need"], each["have"], each["holds"]) for each in trace["levels"][1]["conditions"]}
    assert said == {
        "score": ("60", "87", True),
        "cnc_rate": ("0.3", {"num": "1", "den": "4"}, False),
        "systems": ("B", "C", True),
        "training": (1, 2, True),
        "scenes": (2, 1, False),
        "binding_scenes": (1, 0, False),
    }
    assert (trace["document"], trace["level"]) == ("玩工信〔2030〕1号", 1)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_command_verifies_the_trace_and_finds_a_changed_one(
    toy: Scheme, path: Path, tmp_path: Path, shipped_with_it: None
) -> None:
    trace = explain(toy.rules, complete(read(path)))
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(trace, ensure_ascii=False), encoding="utf-8")
    assert main(["verify", str(file)]) == 0
    file.write_text(json.dumps(trace | {"level": 0}, ensure_ascii=False), encoding="utf-8")
    assert main(["verify", str(file)]) == 1


def test_the_commands_know_it_by_its_name(
    tmp_path: Path, shipped_with_it: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rulesets"]) == 0
    assert capsys.readouterr().out.startswith("toy/2030\t玩具评测（2030年版）\t")
    line = tmp_path / "answers.jsonl"
    line.write_text(json.dumps({"id": "甲企", "answers": complete(read(CASES[0]))}), encoding="utf-8")
    assert main(["score", "toy/2030", str(line)]) == 0
    assert json.loads(capsys.readouterr().out)["level_title"] == "二级"


def test_the_next_steps_are_recommended(toy: Scheme) -> None:
    answers = complete(read(CASES[1]))
    steps = {
        code: [float(each.step) if each.indicator == "cnc_rate" else each.step for each in found]
        for code in answers
        if (found := toy.library.next_steps(toy.rules, code, answers[code]))
    }
    assert steps == {"cnc_rate": [0.3], "scene_quality": [2], "scene_safety": [2]}


def test_the_page_lists_every_slip_tried_here() -> None:
    assert MESSAGES.keys() == FORGOTTEN.keys()


@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_is_forgotten_is_named_as_on_the_page(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "scheme"
    shutil.copytree(TOY, folder)
    name, text, slip = FORGOTTEN[what]
    file = folder / name
    whole = file.read_text(encoding="utf-8")
    assert whole.count(text) == 1
    file.write_text(whole.replace(text, slip), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load(folder)
    wanted = ".*".join(re.escape(part) for part in MESSAGES[what].split("…"))
    assert re.search(wanted, str(refused.value)), refused.value
