"""The library of recommendations (建议): every step has its own text, the right one comes next, a bad file is named."""

import re
import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from diagnose.services.recommend import Library, load_library
from questionnaires.strict import DefinitionError
from scoring.ruleset import Ruleset, find
from scoring.steps import steps_up

ALL_ADVICE = Path(__file__).parents[2] / "diagnose" / "advice"
ADVICE = ALL_ADVICE / "digital-portrait"


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return find("digital-portrait/2025")


@pytest.fixture(scope="module")
def library(ruleset: Ruleset) -> Library:
    return load_library([ADVICE], ruleset)


@pytest.fixture
def advice(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may spoil."""
    return Path(shutil.copytree(ADVICE, tmp_path / "advice"))


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("design_depth", ("B", "C", "D", "E")),
        ("talent", ("B", "C", "D", "E", "F")),
        ("equipment_cloud_rate", (Fraction(1),)),
        ("design_tool_rate", (Fraction(7, 10), Fraction(1))),
        ("cnc_rate", (Fraction(3, 10), Fraction(1, 2), Fraction(7, 10), Fraction(1))),
    ],
)
def test_steps_are_later_options_tickable_options_knots_and_level_conditions(
    ruleset: Ruleset, code: str, steps: tuple[object, ...]
) -> None:
    assert steps_up(ruleset.indicator(code), ruleset) == steps


@pytest.mark.parametrize(
    ("num", "den", "step"),
    [
        (0, 40, "0.3"),
        (299_999, 1_000_000, "0.3"),
        (12, 40, "0.5"),
        (Decimal("0.3"), 1, "0.5"),
        (499_999, 1_000_000, "0.5"),
        (20, 40, "0.7"),
        (699_999, 1_000_000, "0.7"),
        (28, 40, "1"),
        (39, 40, "1"),
    ],
)
def test_next_of_a_ratio_is_the_lowest_step_above_the_exact_fraction(
    library: Library, ruleset: Ruleset, num: int | Decimal, den: int, step: str
) -> None:
    found = library.next_steps(ruleset, "cnc_rate", {"num": num, "den": den})
    assert [(each.indicator, each.step) for each in found] == [("cnc_rate", Fraction(step))]


@pytest.mark.parametrize(("answer", "steps"), [("A", ["B"]), ("C", ["D"]), ("D", ["E"]), ("E", [])])
def test_next_of_a_single_is_the_next_option(library: Library, ruleset: Ruleset, answer: str, steps: list[str]) -> None:
    assert [each.step for each in library.next_steps(ruleset, "design_depth", answer)] == steps


@pytest.mark.parametrize(
    ("answer", "steps"), [(["A"], "BCDEF"), (["B", "D"], "CEF"), (("F", "B", "C"), "DE"), ([*"BCDEF"], "")]
)
def test_next_of_a_multi_is_each_option_not_ticked(
    library: Library, ruleset: Ruleset, answer: list[str], steps: str
) -> None:
    assert [each.step for each in library.next_steps(ruleset, "talent", answer)] == [*steps]


@pytest.mark.parametrize("answer", ["NA", None, {"num": 14, "den": 14}])
def test_nothing_comes_next_at_the_top_when_not_applicable_or_not_answered(
    library: Library, ruleset: Ruleset, answer: object
) -> None:
    assert library.next_steps(ruleset, "design_tool_rate", answer) == []


def test_an_answer_of_another_kind_and_an_unknown_code_are_refused(library: Library, ruleset: Ruleset) -> None:
    with pytest.raises(ValueError, match=r"cnc_rate: 'B' is not an answer"):
        library.next_steps(ruleset, "cnc_rate", "B")
    with pytest.raises(KeyError, match="no_such"):
        library.next_steps(ruleset, "no_such", "B")


def test_a_direct_entry_is_not_what_comes_next(library: Library, ruleset: Ruleset) -> None:
    found = library.next_steps(ruleset, "system_integration", "B")
    assert [(each.step, each.start) for each in found] == [("C", None)]
    assert [(each.start, each.step) for each in library.by_indicator["system_integration"][4:]] == [("A", "C")]


def test_the_text_that_comes_next_is_the_one_written_for_that_step(library: Library, ruleset: Ruleset) -> None:
    [found] = library.next_steps(ruleset, "cloud_stars", "A")
    assert found.do.startswith("三星看的是公有云基础资源和业务上云。")
    assert (ADVICE / "cloud.yaml").read_text(encoding="utf-8").count(found.needs) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- reach: 0.3\n", "- reach: 0.31\n", r":\d+: cnc_rate\[0\]: step 0.31 stands where 0.3 belongs"),
        ("- reach: 0.5\n", "- reach: 0.7\n", r":\d+: cnc_rate\[1\]: step 0.7 stands where 0.5 belongs"),
        ("- reach: 0.5\n", "- to: 0.5\n", r":\d+: cnc_rate\[1\].to: unknown key"),
        ("- reach: 0.5\n", "- reach: 0.5\n  reach: 0.5\n", r":\d+: cnc_rate\[1\].reach: the key is given twice"),
        ("- reach: 0.5\n", "- reach: half\n", r":\d+: cnc_rate\[1\].reach: must be a plain decimal number"),
        ("- reach: 0.5\n", "- reach: 0.5\n  price: 1\n", r":\d+: cnc_rate\[1\].price: unknown key"),
        ("- add: O\n", "- add: P\n", r":\d+: auto_collection\[13\]: step P stands where O belongs"),
        ("- add: B\n", "- add: A\n", r":\d+: auto_collection\[0\]: step A stands where B belongs"),
        ("cnc_rate:\n", "cnc_rates:\n", r":\d+: cnc_rates: digital-portrait/2025 has no step of cnc_rates"),
        ("cnc_rate:\n", "five_g:\n", r":\d+: five_g: the key is given twice"),
        ("  needs: 一份负责人签字", "  need: 一份负责人签字", r":\d+: cnc_rate\[0\].need: unknown key"),
        ("cnc_rate:\n", "cnc_rate: [\n", r":\d+: file: is not YAML"),
    ],
)
def test_a_wrong_file_is_refused_naming_file_line_and_place(
    advice: Path, ruleset: Ruleset, old: str, new: str, message: str
) -> None:
    path = advice / "production.yaml"
    whole = path.read_text(encoding="utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=re.escape(str(path)) + message):
        load_library([advice], ruleset)


@pytest.mark.parametrize(
    ("name", "cut", "message"),
    [
        ("operation.yaml", r"- to: E\n(?:  .*\n)+", r":\d+: system_integration: missing step: E"),
        ("production.yaml", r"- reach: 0.3\n(?:  .*\n)+", r":\d+: cnc_rate\[0\]: step 0.5 stands where 0.3 belongs"),
        ("outcome.yaml", r"  done: .*\n", r":\d+: energy_change\[0\]: missing key: done"),
        ("foundation.yaml", r"(?<=  done: ).*(?=\n)", r":\d+: iiims_certification\[0\].done: must be text"),
        ("design.yaml", r"(?s).*", r":1: file: is empty"),
    ],
)
def test_a_file_with_a_part_cut_out_is_refused(
    advice: Path, ruleset: Ruleset, name: str, cut: str, message: str
) -> None:
    path = advice / name
    path.write_text(re.sub(cut, "", path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=re.escape(str(path)) + message):
        load_library([advice], ruleset)


def test_a_step_too_many_is_refused(advice: Path, ruleset: Ruleset) -> None:
    path = advice / "cloud.yaml"
    rest = "cost: [1, 2], months: 1, kpi: 某数, service: cloud, basis: 经验值"
    more = path.read_text(encoding="utf-8") + f"- {{reach: 1, name: 再做一遍, do: 再, needs: 备, done: 查, {rest}}}\n"
    path.write_text(more, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"\d+: equipment_cloud_rate\[1\]: step 1 stands where nothing belongs"):
        load_library([advice], ruleset)


def test_an_indicator_without_texts_is_named(advice: Path, ruleset: Ruleset) -> None:
    (advice / "outcome.yaml").unlink()
    message = "energy_change, quality_change, revenue_per_head_change, cost_change: digital-portrait/2025 has no"
    with pytest.raises(DefinitionError, match=message):
        load_library([advice], ruleset)


def test_an_indicator_in_two_files_is_refused(advice: Path, ruleset: Ruleset) -> None:
    shutil.copy(advice / "outcome.yaml", advice / "result.yaml")
    with pytest.raises(DefinitionError, match=r"result\.yaml:\d+: energy_change: .* or it stands in another file too"):
        load_library([advice], ruleset)


@pytest.fixture(scope="module")
def official() -> tuple[Ruleset, Library]:
    rules = find("miit-sme/2024")
    return rules, load_library([ALL_ADVICE / rules.scheme, ADVICE], rules)


def test_shared_steps_are_taken_from_the_other_scheme(official: tuple[Ruleset, Library], library: Library) -> None:
    rules, found = official
    assert set(found.by_indicator) == {each.code for each in rules.indicators}
    for shared, own in zip(found.by_indicator["planning"], library.by_indicator["planning"], strict=True):
        assert shared == replace(own, after=())
    assert [each.step for each in found.by_indicator["equipment_digital_rate"]] == [
        Fraction(1, 10), Fraction(1, 5), Fraction(2, 5), Fraction(3, 5)
    ]  # fmt: skip


@pytest.mark.parametrize(("grade", "steps"), [(0, [1]), (3, [4]), (4, [])])
def test_next_of_a_scene_is_the_next_grade(official: tuple[Ruleset, Library], grade: int, steps: list[int]) -> None:
    rules, found = official
    assert [each.step for each in found.next_steps(rules, "scene_quality", grade)] == steps


@pytest.mark.parametrize(("num", "step"), [(0, "0.1"), (10, "0.1"), (11, "0.2"), (60, "0.6"), (61, None)])
def test_next_of_a_banded_ratio_is_the_band_not_yet_begun(
    official: tuple[Ruleset, Library], num: int, step: str | None
) -> None:
    rules, found = official
    next_steps = found.next_steps(rules, "equipment_digital_rate", {"num": num, "den": 100})
    assert [each.step for each in next_steps] == ([Fraction(step)] if step else [])
