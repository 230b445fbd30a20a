"""The worked cases of the official SME rule of 2024: every step is checked, then the verdict against it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scoring.verdict import Verdict, verdict
from tests.scoring.oracle import RULESETS, exact, half_up
from tests.scoring.test_worked_cases import read, worked_out

CASES = sorted((Path(__file__).parents[1] / "cases" / "miit-sme-2024").glob("*.yaml"))
RULESET = RULESETS["miit-sme/2024"]


def answers_of(case: dict[str, Any]) -> dict[str, Any]:
    points = {code: as_written(said["答"]) for code, said in case["答卷"].items() if said["答"] != "未答"}
    scenes = {f"scene_{code}": said["评级"] for code, said in case["场景"].items() if said["评级"] != "未评"}
    return points | scenes


def as_written(answer: Any) -> Any:
    return {part: Decimal(str(each)) for part, each in answer.items()} if isinstance(answer, dict) else answer


def milli(points: object) -> int:
    value = exact(points) * 1000
    assert value.denominator == 1
    return int(value)


def check_what_is_said_of_the_rules(case: dict[str, Any]) -> None:
    for code, said in case["答卷"].items():
        assert RULESET.indicator(code).printed_no == said["编号"]
    for code, said in case["场景"].items():
        scene = RULESET.indicator(f"scene_{code}")
        assert (scene.printed_no, scene.binding) == (said["编号"], said["约束性"] == "是")


def check_points(case: dict[str, Any], found: Verdict) -> None:
    for code, said in case["答卷"].items():
        if said["答"] == "未答":
            assert found.points[code] is None
        else:
            assert half_up(worked_out(said["算法"]) * 1000) == milli(said["得分"]) == found.points[code], code


def check_sums(case: dict[str, Any], found: Verdict) -> None:
    for said in case["维度"].values():
        assert worked_out(said["算法"]) == exact(said["得分"])
    worked = {code: (milli(said["得分"]), milli(said["满分"])) for code, said in case["维度"].items()}
    assert found.dimensions == worked
    assert worked_out(case["总分"]["算法"]) == exact(case["总分"]["得分"])
    assert milli(case["总分"]["得分"]) == found.score


def check_gates(case: dict[str, Any]) -> None:
    """The counts said are those of the scenes, and whether they hold is what the ruleset's floors say."""
    for said, level in zip(case["门槛"], RULESET.levels, strict=True):
        graded = [each for each in case["场景"].values() if each["评级"] >= said["级"]]
        binding = [each for each in graded if each["约束性"] == "是"]
        assert (len(graded), len(binding)) == (said["评到本级的场景"], said["其中约束性"])
        enough = all(gate.at_least <= (len(graded) if gate.count == "scenes" else len(binding)) for gate in level.gates)
        assert (said["满足"] == "是") == (enough and milli(case["总分"]["得分"]) >= level.min_score)


def check_level(case: dict[str, Any], found: Verdict) -> None:
    assert (found.level, found.level_title) == (case["等级"]["级"], case["等级"]["名称"])
    wanted = [(each["条件"], each["需要"], each["现有"]) for each in case["离上一级还差"]]
    assert [each.condition for each in found.unmet or ()] == [condition for condition, _, _ in wanted]
    for each, (condition, need, have) in zip(found.unmet or (), wanted, strict=True):
        unit = 1000 if condition == "score" else 1
        assert (each.need, each.have) == (need * unit, exact(have) * unit)


def test_there_are_cases() -> None:
    assert len(CASES) >= 40
    assert all(read(path)["依据"] for path in CASES)


def test_every_floor_and_every_gate_is_met_exactly_and_just_missed_in_some_case() -> None:
    seen: dict[int, set[object]] = {level.level: set() for level in RULESET.levels}
    for case in map(read, CASES):
        for said in case.get("门槛", []):
            seen[said["级"]] |= {("场景", said["评到本级的场景"]), ("约束性", said["其中约束性"])}
            seen[said["级"]].add(("总分", milli(case["总分"]["得分"])))
    for level in RULESET.levels:
        total, binding = (gate.at_least for gate in level.gates)
        edges = {("场景", total), ("场景", total - 1), ("约束性", binding), ("约束性", binding - 1)}
        assert edges | {("总分", level.min_score), ("总分", level.min_score - 100)} <= seen[level.level]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_verdict_is_the_one_worked_by_hand(path: Path) -> None:
    case = read(path)
    check_what_is_said_of_the_rules(case)
    found = verdict(RULESET, answers_of(case))
    check_points(case, found)
    if "保证范围" not in case:
        check_sums(case, found)
        check_gates(case)
        check_level(case, found)
        return
    assert list(found.missing) == case["还没回答"]
    assert found.score_range == tuple(map(milli, case["保证范围"]["总分"]))
    assert found.level_range == tuple(case["保证范围"]["等级"])
