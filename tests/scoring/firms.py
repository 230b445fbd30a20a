"""Answer sets to start from: a firm with nothing, and one with everything."""

from typing import Any

from tests.scoring.oracle import RULESET

Answers = dict[str, Any]


def share(num: object, den: object = 1) -> dict[str, object]:
    return {"num": num, "den": den}


def nothing(**changes: Any) -> Answers:
    """Every question answered with the least, but for the changes."""
    least: dict[str, Any] = {"single": "A", "multi": ["A"], "ratio": share(0)}
    return {each.code: least[each.kind] for each in RULESET.indicators} | changes


def everything(**changes: Any) -> Answers:
    """Every question answered with the most, but for the changes."""
    most = {each.code: _most(each.code) for each in RULESET.indicators}
    return most | changes


def _most(code: str) -> Any:
    indicator = RULESET.indicator(code)
    if indicator.kind == "ratio":
        return share(1)
    return indicator.options[-1] if indicator.kind == "single" else list(indicator.ticks)
