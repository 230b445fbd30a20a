"""Bands, scenes, gates and weighted sub-domains that do not add up are refused, and the error names file and line."""

from pathlib import Path

import pytest

from scoring.ruleset import RulesetError, parse
from tests.scoring.oracle import RULESETS

REFUSED = [
    ("miit-sme/2024", '"[0, 0.1]", points: 0', '"(0, 0.1]", points: 0', "must go from [0 to 1]"),
    ("miit-sme/2024", '"(0.6, 1]"', '"(0.6, 1)"', "must go from [0 to 1]"),
    ("miit-sme/2024", '"(0.1, 0.2]"', '"[0.1, 0.2]"', "must begin where the band before it ends"),
    ("miit-sme/2024", '"(0.1, 0.2]"', '"(0.15, 0.2]"', "must begin where the band before it ends"),
    ("miit-sme/2024", '"(0.1, 0.2]"', '"(0.2, 0.1]"', "must be a range such as"),
    ("miit-sme/2024", '"(0.1, 0.2]"', '"10%-20%"', "must be a range such as"),
    ("miit-sme/2024", '0.2]", points: 1.5', '0.2]", points: 3.5', "the points must not fall"),
    ("miit-sme/2024", 'points: 6}', 'points: 5}', "but the last band gives 5"),
    ("miit-sme/2024", "may_exceed_one: true", "may_exceed_one: yes", "must be true or false"),
    ("miit-sme/2024", "scored: false", "scored: true", "must have a weight"),
    ("miit-sme/2024", "weight: 20\n", "weight: 20\n    scored: false\n", "must have a weight, or"),
    ("miit-sme/2024", "grades: 4", "grades: 3", "all scenes must have the same number of grades"),
    ("miit-sme/2024", "grades: 4", "grades: 0", "must be from 1 to 9"),
    ("miit-sme/2024", "graded: 4, at_least: 10", "graded: 4, at_least: 17", "must be from 1 to 16"),
    ("miit-sme/2024", "graded: 4, at_least: 6", "graded: 4, at_least: 11", "must be from 1 to 10"),
    ("miit-sme/2024", "graded: 4, at_least: 10", "graded: 5, at_least: 10", "must be from 1 to 4"),
    ("miit-sme/2024", "graded: 4, at_least: 10", "graded: 3, at_least: 7", "is weaker than the gate on scenes"),
    ("miit-sme/2024", "count: binding_scenes, graded: 4", "count: scenes, graded: 4", "a second gate on scenes"),
    ("miit-sme/2024", "count: scenes, graded: 4", "count: pages, graded: 4", "must be one of scenes, binding_scenes"),
    ("miit-sme/2024", "not_applicable: []", "not_applicable: [[scene_energy]]", "is not an indicator"),
    ("gbt-39116/2020-process", "percent: 68", "percent: 67", "the percents add up to 99, not to 100"),
    ("gbt-39116/2020-process", "percent: 16}", "percent: 17}", "the percents add up to 101, not to 100"),
    ("gbt-39116/2020-process", "percent: 68", "percent: 68.5", "whole multiple of 1"),
    ("gbt-39116/2020-process", "code: data,", "code: equipment,", "the code equipment is taken"),
    ("gbt-39116/2020-process", "title: 技术", "title: 人员", "the element 人员 is given twice"),
    ("gbt-39116/2020-process", "min_score: 1.8", "min_score: 1.7", "must be 1.8: 1 and met_at"),
    ("gbt-39116/2020-process", "met_at: 0.8", "met_at: 1.8", "must be from 0.01 to 1"),
    ("gbt-39116/2020-process", "family: ratings", "family: points", "must match ratings"),
    ("gbt-39116/2020-process", "level: 2,", "level: 3,", "levels are numbered 1, 2, 3"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "what"), REFUSED)
def test_it_is_refused(name: str, old: str, new: str, what: str) -> None:
    text = RULESETS[name].path.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(RulesetError) as caught:
        parse(text.replace(old, new, 1).encode(), Path("rules/x/1.yaml"))
    assert what in str(caught.value)
    assert str(caught.value).startswith("rules/x/1.yaml:")


def test_one_weight_more_than_a_thousand_times_another_is_refused() -> None:
    text = RULESETS["gbt-39116/2020-process"].path.read_text(encoding="utf-8")
    text = text.replace("percent: 68", "percent: 73").replace("percent: 6\n", "percent: 1\n", 1)
    text = text.replace("percent: 50\n", "percent: 1\n", 1).replace("percent: 50\n", "percent: 99\n", 1)
    with pytest.raises(RulesetError, match="one weight is more than 1000 times another"):
        parse(text.encode(), Path("rules/x/1.yaml"))
