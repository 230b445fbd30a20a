"""The fields of an entry of the action library: steps, texts, costs, services; each refusal names file and line."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from diagnose.services.service_kinds import service_kinds
from scoring.ruleset import Indicator, Ruleset
from scoring.steps import Step, steps_up
from scoring.strict_yaml import Item, decimal_text

STEP_KEYS = {"single": "to", "scene": "to", "multi": "add", "ratio": "reach", "ratio_banded": "reach"}
JUMPS = ("single", "scene", "ratio", "ratio_banded")  # kinds whose steps follow one another
SAID = ("do", "needs", "done", "cost", "months", "kpi", "service")  # what a variant may say otherwise
COST_UNIT = Fraction(1, 100)  # of 万元: 百元
MOST_COST = 10_000_000
MOST_MONTHS = 36


def step_of(item: Item, indicator: Indicator) -> Step:
    """The option, grade or ratio that an entry or a prerequisite names; the caller asks whether it is a step."""
    if indicator.kind == "scene":
        return item.whole(1, indicator.grades)
    return item.number() if indicator.kind in ("ratio", "ratio_banded") else item.text()


def start_of(item: Item, indicator: Indicator, ruleset: Ruleset) -> Step:
    """Where a direct entry begins: the lowest answer there is, or a step."""
    lowest: Step = (
        indicator.options[0] if indicator.kind == "single" else 0 if indicator.kind == "scene" else Fraction(0)
    )
    found = item.text() if indicator.kind == "single" else item.number()
    for known in (lowest, *steps_up(indicator, ruleset)):
        if found == known:
            return known
    raise item.error(f"there is no step {shown(found)}")


def said(fields: Mapping[str, Item]) -> dict[str, Any]:
    """The fields of SAID that are there, as fields of Recommendation."""
    found: dict[str, Any] = {key: fields[key].text() for key in ("do", "needs", "done", "kpi") if key in fields}
    if "cost" in fields:
        found["cost_low"], found["cost_high"] = _cost(fields["cost"])
    if "months" in fields:
        found["months"] = fields["months"].whole(0, MOST_MONTHS)
    if "service" in fields:
        found["service"] = fields["service"].text()
        if found["service"] not in service_kinds():
            raise fields["service"].error(f"unknown service; known here: {', '.join(service_kinds())}")
    return found


def _cost(item: Item) -> tuple[int, int]:
    """[low, high] in 万元 → 百元."""
    both = item.items()
    if len(both) != 2:
        raise item.error("must be [low, high] in 万元")
    low, high = (each.whole(0, MOST_COST, COST_UNIT) for each in both)
    if low > high:
        raise item.error("low is above high")
    return low, high


def shown(step: object) -> str:
    """A step for a message."""
    return decimal_text(step) if isinstance(step, Fraction) else str(step)
