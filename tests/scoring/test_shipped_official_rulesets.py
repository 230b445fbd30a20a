"""What ships of the official schemes: their 文号, printed numbers, weights, gates, and what is still 待核."""

from fractions import Fraction

import pytest

from scoring.ruleset import Gate
from tests.scoring.oracle import RULESETS

MIIT = RULESETS["miit-sme/2024"]
GBT = {name: RULESETS[f"gbt-39116/2020-{name}"] for name in ("process", "discrete")}


def test_the_sme_rule_has_15_questions_worth_50_30_20_and_16_scenes_worth_nothing() -> None:
    assert (MIIT.family, MIIT.document, MIIT.decimals) == ("points", "工信厅企业〔2024〕56号", 3)
    assert [(each.code, each.max_points) for each in MIIT.dimensions] == [
        ("foundation", 50_000),
        ("management", 30_000),
        ("outcome", 20_000),
    ]
    assert [(each.code, each.title) for each in MIIT.unscored] == [("operation", "数字化经营")]
    printed = [each.printed_no for each in MIIT.indicators]
    numbers = [f"F{n}" for n in range(1, 8)] + [f"{letter}{n}" for letter in "MR" for n in range(1, 5)]
    assert printed == numbers + [f"S{n:02}" for n in range(1, 17)]
    assert not MIIT.not_applicable and MIIT.unrated_title == "未定级"


def test_ten_scenes_are_binding() -> None:
    binding = [each.printed_no for each in MIIT.indicators if each.binding]
    assert binding == ["S01", "S03", "S06", "S07", "S08", "S09", "S10", "S11", "S12", "S13"]
    assert {each.grades for each in MIIT.indicators if each.kind == "scene"} == {4}


def test_levels_have_a_floor_and_two_counted_gates() -> None:
    assert [(each.min_score, *(gate.at_least for gate in each.gates)) for each in MIIT.levels] == [
        (20_000, 6, 3),
        (40_000, 6, 3),
        (60_000, 8, 5),
        (80_000, 10, 6),
    ]
    assert MIIT.levels[2].gates == (Gate("scenes", 3, 8), Gate("binding_scenes", 3, 5))


def test_bands_are_closed_on_the_right_and_only_the_first_on_the_left() -> None:
    bands = MIIT.indicator("digital_investment_rate").bands
    assert [band.start for band in bands] == [0, *(Fraction(n, 10) for n in (1, 2, 4, 6))]
    assert [(band.includes_start, band.includes_to) for band in bands] == [(True, True)] + [(False, True)] * 4
    assert [each.printed_no for each in MIIT.indicators if each.may_exceed_one] == ["M4"]


def test_what_is_still_to_be_compared_with_the_annex_says_so() -> None:
    assert "待" in (MIIT.check or "") or "尚未" in (MIIT.check or "")
    assert [each.printed_no for each in MIIT.indicators if each.check] == ["F3", "F4", "M1", "S12"]
    assert all(each.check for each in MIIT.levels)
    for ruleset in GBT.values():
        assert "待核" in (ruleset.check or "")
        assert all(each.check for each in ruleset.dimensions) and all(each.check for each in ruleset.indicators)
        weaker = [each.code for each in ruleset.indicators if "依据较弱" in (each.check or "")]
        assert weaker == [each.code for each in ruleset.indicators if each.group == "生产"]


@pytest.mark.parametrize(
    ("name", "count", "percents"), [("process", 18, (6, 11, 15, 68)), ("discrete", 20, (6, 11, 6, 77))]
)
def test_the_weights_of_the_ratings_family_are_millionths_that_add_up(
    name: str, count: int, percents: tuple[int, ...]
) -> None:
    ruleset = GBT[name]
    assert (ruleset.family, ruleset.document, ruleset.decimals, ruleset.met_at) == ("ratings", "GB/T 39116-2020", 2, 80)
    assert len(ruleset.indicators) == count
    assert [each.code for each in ruleset.dimensions] == ["人员", "技术", "资源", "制造"]
    assert tuple(each.weight // 10_000 for each in ruleset.dimensions) == percents
    assert sum(each.weight for each in ruleset.indicators) == 1_000_000
    assert all(ruleset.may_not_apply(each.code) for each in ruleset.indicators)
    assert [(each.title, each.min_score) for each in ruleset.levels] == [
        ("规划级", 80),
        ("规范级", 180),
        ("集成级", 280),
        ("优化级", 380),
        ("引领级", 480),
    ]
    assert ruleset.level_title(0) == "未达一级"


def test_a_weight_is_element_times_domain_times_sub_domain() -> None:
    assert GBT["process"].indicator("energy_management").weight == 68 * 63 * 13
    assert GBT["discrete"].indicator("product_design").weight == 77 * 13 * 50
