"""What ships is the 数字画像 of 2025: weights, floors, where it comes from, and that it is not official."""

import hashlib
from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest

from scoring.ruleset import Condition, Shared, find, shipped
from tests.scoring.oracle import NAME, NAMES, RULESET
from tests.scoring.toy_rulesets import toy


def test_it_is_found_by_scheme_and_edition() -> None:
    assert sorted(shipped()) == sorted(NAMES)
    assert find(NAME) is find(NAME)
    assert find(NAME).name == NAME


def test_sha256_is_that_of_the_bytes_of_the_file() -> None:
    assert RULESET.sha256 == hashlib.sha256(RULESET.path.read_bytes()).hexdigest()


def test_it_says_that_it_is_no_official_standard_and_where_it_comes_from() -> None:
    assert "不是" in RULESET.status and "官方标准" in RULESET.status
    assert [source[:3] for source in RULESET.sources] == ["扬州市", "连云港"]


def test_the_weights_are_15_30_20_15_12_8() -> None:
    assert [each.max_points for each in RULESET.dimensions] == [15000, 30000, 20000, 15000, 12000, 8000]
    assert RULESET.max_points == 100_000
    for dimension in RULESET.dimensions:
        members = [each for each in RULESET.indicators if each.dimension == dimension.code]
        assert sum(each.max_points for each in members) == dimension.max_points


def test_levels_floors_and_conditions_are_those_of_the_scheme() -> None:
    assert [(each.level, each.title, each.min_score) for each in RULESET.levels] == [
        (1, "起步级", 2000),
        (2, "规范级", 4000),
        (3, "集成级", 6000),
        (4, "协同级", 8000),
    ]
    assert RULESET.unrated_title == RULESET.level_title(0) == "未定级"
    assert [each.conditions for each in RULESET.levels] == [
        (),
        (Condition("cnc_rate", "at_least", Fraction(3, 10)), Condition("management_links", "ticked_at_least", 3)),
        (Condition("cnc_rate", "at_least", Fraction(1, 2)), Condition("system_integration", "option_at_least", "C")),
        (
            Condition("cnc_rate", "at_least", Fraction(7, 10)),
            Condition("system_integration", "option_at_least", "D"),
            Condition("cloud_stars", "option_at_least", "C"),
        ),
    ]


def test_questions_shared_with_the_official_scheme_keep_its_printed_numbers() -> None:
    assert RULESET.indicator("auto_collection").shared_with == Shared("miit-sme", "2024", "auto_collection", "F4")
    printed = {each.code: each.shared_with.printed_no for each in RULESET.indicators if each.shared_with}
    assert sorted(printed.values()) == ["F2", "F3", "F4", "F6", "F7", "M1", "M3", "R1", "R2", "R3", "R4"]


def test_both_design_indicators_and_no_others_may_be_not_applicable() -> None:
    assert RULESET.not_applicable == (frozenset({"design_tool_rate", "design_depth"}),)
    assert RULESET.may_not_apply("design_depth") and not RULESET.may_not_apply("cnc_rate")


def test_a_ruleset_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        RULESET.decimals = 3  # type: ignore[misc]


def test_numbers_are_read_as_the_decimals_written() -> None:
    ruleset = toy()
    assert ruleset.indicator("share").knots == ((Fraction(0), 0), (Fraction(1, 2), 30000), (Fraction(1), 40000))
    assert ruleset.indicator("depth").option_points == (0, 12500, 20000)
    assert ruleset.indicator("steps").counted and ruleset.indicator("steps").ticks == tuple("BCDEFGH")
    assert [each.min_score for each in ruleset.levels] == [200, 505, 800]
