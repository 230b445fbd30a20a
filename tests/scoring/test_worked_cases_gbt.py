"""The worked cases of 智能制造能力成熟度: the three published checks, and what rounding and 裁剪 do."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scoring.verdict import verdict
from tests.scoring.oracle import NA, RULESETS, exact, half_up
from tests.scoring.test_worked_cases import read, worked_out

CASES = sorted((Path(__file__).parents[1] / "cases" / "gbt-39116-2020").glob("*.yaml"))


def ratings(said: Any) -> Any:
    return said if said == NA else [Decimal(str(each)) for each in said]


def test_there_are_cases() -> None:
    assert len(CASES) >= 8


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_verdict_is_the_one_worked_by_hand(path: Path) -> None:
    case = read(path)
    ruleset = RULESETS[f"gbt-39116/2020-{case['类型']}"]
    said = dict(case["评分"])
    every = said.pop("全部")
    assert said.keys() <= {each.code for each in ruleset.indicators}
    found = verdict(ruleset, {each.code: ratings(said.get(each.code, every)) for each in ruleset.indicators})
    for step in case["各级得分"]:
        assert half_up(100 * worked_out(step["算法"])) == 100 * exact(step["得分"])
    assert found.level_scores == tuple(int(100 * exact(step["得分"])) for step in case["各级得分"])
    assert found.score == 100 * worked_out(case["S"]["算法"]) == 100 * exact(case["S"]["得分"])
    assert (found.level, found.level_title) == (case["等级"]["级"], case["等级"]["名称"])
