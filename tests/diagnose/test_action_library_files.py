"""How a file of the action library is read: variants resolved for a firm, prerequisites, every slip named by line."""

import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from diagnose.services.classify import SizeClass
from diagnose.services.recommend import Library, load_library
from diagnose.services.recommendation import Recommendation, Size, library_size
from questionnaires.strict import DefinitionError
from scoring import ruleset
from scoring.ruleset import Ruleset

TOY = Path(__file__).parents[1] / "toy_scheme"


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    return ruleset.load(TOY / "rules/toy/2030.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the toy scheme's library that a test may change."""
    return Path(shutil.copytree(TOY / "advice/toy", tmp_path / "toy"))


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "toy.yaml"
    whole = path.read_text(encoding="utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")


def first(library: Library, code: str, number: int = 0) -> Recommendation:
    return library.by_indicator[code][number]


def test_an_entry_has_its_figures_in_hundreds_of_yuan_and_months(rules: Ruleset, folder: Path) -> None:
    change(folder, "cost: [20, 80]\n  months: 9", "cost: [0.05, 80.25]\n  months: 9")
    found = first(load_library([folder], rules), "systems", 1)
    assert (found.name, found.cost_low, found.cost_high, found.months) == ("打通三套数据", 5, 8025, 9)
    assert (found.kpi, found.service, found.basis) == ("重复录入的人工", "mes", "经验值")
    assert (found.after, found.start, found.variants) == ((("links", "C"),), None, ())


def test_a_direct_entry_stands_after_the_steps_with_its_start(rules: Ruleset, folder: Path) -> None:
    direct = load_library([folder], rules).by_indicator["systems"]
    assert [(one.start, one.step) for one in direct] == [(None, "B"), (None, "C"), ("A", "C")]


BOTH = "  - for: {process: process, size: medium}\n    cost: [35, 130]\n    kpi: 批次合格率\n"


@pytest.mark.parametrize(
    ("process", "size", "do", "cost", "kpi"),
    [
        ("discrete", "small", "先给产量", (1000, 4000), "返工率"),
        ("process", "small", "先给波动", (1000, 4000), "返工率"),
        ("discrete", "medium", "先给产量", (3000, 12000), "返工率"),
        ("process", "medium", "先给波动", (3500, 13000), "批次合格率"),
    ],
)
def test_a_firm_reads_field_by_field_the_variant_that_asks_for_most(
    rules: Ruleset, folder: Path, process: str, size: Size, do: str, cost: tuple[int, int], kpi: str
) -> None:
    change(folder, "- reach: 0.5\n", BOTH + "- reach: 0.5\n")
    found = first(load_library([folder], rules).for_firm(process, size), "cnc_rate")
    assert (found.do[:4], (found.cost_low, found.cost_high), found.kpi, found.variants) == (do, cost, kpi, ())


def test_a_firm_of_unknown_size_reads_what_small_firms_read() -> None:
    assert [library_size(size) for size in SizeClass] == ["medium", "medium", "small", "small", "small"]


def test_a_prerequisite_that_another_ruler_lacks_is_dropped_there_only(rules: Ruleset, folder: Path) -> None:
    shared = folder.parent / "other"
    shutil.move(folder, shared)
    folder.mkdir()
    change(shared, "{indicator: links, add: D}", "{indicator: workshop, to: B}")
    change(shared, "{indicator: links, add: C}", "{indicator: cnc_rate, reach: 0.4}")
    change(shared, "{indicator: links, add: C}", "{indicator: cnc_rate, reach: 0.5}")
    found = load_library([folder, shared], rules)
    assert first(found, "scene_quality", 1).after == first(found, "systems", 1).after == ()
    assert first(found, "systems", 2).after == (("cnc_rate", Fraction(1, 2)),)
    with pytest.raises(DefinitionError, match=r"toy.yaml:\d+: systems\[1\].after\[0\]: .* cnc_rate has no step 0.4"):
        load_library([shared], rules)


ONE = "- reach: 0.3\n  name: 先改一道关键工序\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  name: 先改一道关键工序\n", "", r"cnc_rate\[0\]: missing key: name"),
        ("  cost: [10, 40]\n", "", r"cnc_rate\[0\]: missing key: cost"),
        ("  cost: [10, 40]\n", "  price: 1\n", r"cnc_rate\[0\].price: unknown key"),
        ("cost: [10, 40]", "cost: [40, 10]", r"cnc_rate\[0\].cost: low is above high"),
        ("cost: [10, 40]", "cost: [10.001, 40]", r"cnc_rate\[0\].cost\[0\]: must be a whole multiple of 0.01"),
        ("cost: [10, 40]", "cost: [-1, 40]", r"cnc_rate\[0\].cost\[0\]: must be from 0 to"),
        ("cost: [10, 40]", "cost: [10]", r"cnc_rate\[0\].cost: must be \[low, high\]"),
        ("cost: [10, 40]", "cost: 25", r"cnc_rate\[0\].cost: must be a list"),
        ("months: 6", "months: 37", r"cnc_rate\[0\].months: must be from 0 to 36"),
        ("months: 6", "months: 2.5", r"cnc_rate\[0\].months: must be a whole multiple"),
        ("service: equipment", "service: magic", r"cnc_rate\[0\].service: unknown service; known here: equipment"),
        (
            "name: 数控工序过半",
            "name: 主产品改三维设计",
            r"design\[0\].name: 主产品改三维设计 is the name of cnc_rate\[1\]",
        ),
        ("{indicator: links, add: D}", "{indicator: nothing, to: B}", r"after\[0\]: unknown prerequisite: .* nothing"),
        ("{indicator: links, add: D}", "{indicator: links, add: E}", r"unknown prerequisite: links has no step E"),
        ("{indicator: links, add: D}", "{indicator: links, to: D}", r"after\[0\].to: unknown key"),
        ("{indicator: links, add: D}", "{indicator: scene_quality, to: 2}", r"a step cannot come before itself"),
        ("- for: {process: process}", "- for: {process: both}", r"variants\[0\].for.process: 'both' must match"),
        ("- for: {process: process}", "- for: {}", r"variants\[0\]: must be for some firms and say something"),
        ("    cost: [30, 120]\n", "", r"variants\[1\]: must be for some firms and say something"),
        ("    cost: [30, 120]\n", "    name: 别的\n", r"variants\[1\].name: unknown key"),
        (
            "    cost: [30, 120]\n",
            "    cost: [10, 40]\n",
            r"variants\[1\]: says what holds without it: cost_high, cost_low",
        ),
        (
            "    service: automation\n",
            "    service: equipment\n",
            r"variants\[0\]: says what holds without it: service",
        ),
        ("    service: automation\n", "    cost: [20, 60]\n", r"ambiguous for process and medium: cost_low, cost_high"),
        ("- for: {size: medium}", "- for: {process: process}", r"variants\[1\]: another variant is for the same firms"),
        ("- from: A\n", "- from: D\n", r"systems\[2\].from: there is no step D"),
        ("- from: A\n", "- from: B\n", r"systems\[2\]: a direct entry leads over two steps or more"),
        ("- from: A\n  to: C\n", "- to: C\n", r"systems\[2\]: step C stands where nothing belongs"),
        ("- add: B\n", "- from: A\n  add: B\n", r"training\[0\].from: unknown key"),
    ],
)
def test_a_slip_is_named_by_file_line_and_place(rules: Ruleset, folder: Path, old: str, new: str, message: str) -> None:
    change(folder, old, new)
    with pytest.raises(DefinitionError, match=re.escape(str(folder / "toy.yaml")) + r":\d+: .*" + message):
        load_library([folder], rules)


def test_a_circle_of_prerequisites_is_shown_also_where_it_closes_over_a_ladder(rules: Ruleset, folder: Path) -> None:
    change(folder, "  name: 出入库扫码\n", "  name: 出入库扫码\n  after: [{indicator: systems, to: C}]\n")
    with pytest.raises(
        DefinitionError, match=r"toy\.yaml:\d+: links\[1\]: prerequisites in a circle: .*systems C → links C"
    ):
        load_library([folder], rules)
    change(folder, "after: [{indicator: systems, to: C}]", "after: [{indicator: cnc_rate, reach: 1}]")
    change(folder, ONE, ONE + "  after: [{indicator: systems, to: C}]\n")
    with pytest.raises(DefinitionError, match=r"in a circle: .*cnc_rate 0\.5 → cnc_rate 1"):
        load_library([folder], rules)


def test_a_direct_entry_that_waits_for_what_it_goes_over_is_refused(rules: Ruleset, folder: Path) -> None:
    change(folder, "  name: 检验数据直采\n", "  name: 检验数据直采\n  after: [{indicator: systems, to: B}]\n")
    load_library([folder], rules)
    last = "  months: 8\n  after:\n  - {indicator: links, add: C}\n"
    change(folder, last, last.replace("add: C", "add: D"))
    with pytest.raises(DefinitionError, match=r"toy\.yaml:\d+: .*in a circle: .*systems B → links D"):
        load_library([folder], rules)


def test_two_direct_entries_for_the_same_way_are_refused(rules: Ruleset, folder: Path) -> None:
    whole = (folder / "toy.yaml").read_text(encoding="utf-8")
    block = whole[whole.index("- from: A\n") : whole.index("\ntraining:")]
    change(folder, block, block + block.replace("换一套一体化软件", "再换一套"))
    with pytest.raises(DefinitionError, match=r"systems\[3\]: another direct entry goes the same way"):
        load_library([folder], rules)
