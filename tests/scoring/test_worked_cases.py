"""The cases worked by hand in tests/cases: every step of the calculation is checked, then the verdict against it."""

import ast
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from scoring.verdict import Verdict, verdict
from tests.scoring.oracle import NA, RULESET, exact, half_up

CASES = sorted((Path(__file__).parents[1] / "cases" / "digital-portrait-2025").glob("*.yaml"))
OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def worked_out(formula: object) -> Fraction:
    """The exact value of a formula of a case, such as `8.4 + (22 ÷ 40 - 0.5) × 7.2`."""

    def value(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)](value(node.left), value(node.right))
        assert isinstance(node, ast.Constant)
        return exact(node.value)

    return value(ast.parse(str(formula).replace("×", "*").replace("÷", "/"), mode="eval").body)


def read(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return case


def answers_of(case: dict[str, Any]) -> dict[str, Any]:
    return {code: said["答"] for code, said in case["答卷"].items() if said["答"] != "未答"}


def milli(points: object) -> int:
    return half_up(exact(points) * 1000)


def check_points(case: dict[str, Any], found: Verdict) -> None:
    for code, said in case["答卷"].items():
        if said["答"] in ("未答", NA):
            assert found.points[code] is None
        else:
            assert half_up(worked_out(said["算法"]) * 1000) == milli(said["得分"]) == found.points[code], code


def check_dimensions(case: dict[str, Any], found: Verdict) -> None:
    worked = {code: (milli(said["得分"]), milli(said["满分"])) for code, said in case["维度"].items()}
    assert found.dimensions == worked
    for said in case["维度"].values():
        assert said["算法"] == "不适用" or worked_out(said["算法"]) == exact(said["得分"])


def check_score(case: dict[str, Any], found: Verdict) -> None:
    total, scaled = case["总分"]["得分合计"], case["总分"]["折算"]
    assert worked_out(total["算法"]) == exact(total["得分"])
    assert scaled["算法"] == f"100 × {total['得分']} ÷ {case['总分']['满分合计']}"
    assert half_up(worked_out(scaled["算法"]) * 100) == exact(scaled["得分"]) * 100 == found.score


def check_level(case: dict[str, Any], found: Verdict) -> None:
    assert (found.level, found.level_title) == (case["等级"]["级"], case["等级"]["名称"])
    wanted = [(each["条件"], each["需要"], each["现有"]) for each in case["离上一级还差"]]
    assert [each.condition for each in found.unmet or ()] == [condition for condition, _, _ in wanted]
    for each, (condition, need, have) in zip(found.unmet or (), wanted, strict=True):
        unit = 100 if condition == "score" else 1
        assert each.need == (need if isinstance(need, str) else exact(need) * unit)
        assert each.have == (exact(have) * unit if isinstance(have, int | float | Decimal) else have)


def test_there_are_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem.split("-")[0])
def test_the_verdict_is_the_one_worked_by_hand(path: Path) -> None:
    case = read(path)
    found = verdict(RULESET, answers_of(case))
    check_points(case, found)
    if "保证范围" not in case:
        check_dimensions(case, found)
        check_score(case, found)
        check_level(case, found)
        return
    (low, high), levels = case["保证范围"]["总分"], case["保证范围"]["等级"]
    assert list(found.missing) == case["还没回答"]
    assert found.score_range is not None
    assert list(found.score_range) == [exact(low) * 100, exact(high) * 100]
    assert found.level_range == tuple(levels)
