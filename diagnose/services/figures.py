"""The figures of a verdict: the few whole numbers that the district's statistics read of it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from questionnaires.strict import load_yaml, mapping

PATH = Path(__file__).resolve().parent.parent / "data/rates.yaml"
PERMILLE = 1000
UNKNOWN = -1
DIMENSIONS = 6


def figures(dimensions: Mapping[str, Any], facts: Mapping[str, Any]) -> list[int]:
    """As `scoring.coverage.FIGURES`, -1 for what is not known.

    ``dimensions``: code → (points, maximum) in the ruler's order; ``facts``: those the verdict read, code → value.
    """
    shares = [_permille(points, most) for points, most in dimensions.values()]
    known = (shares + [UNKNOWN] * DIMENSIONS)[:DIMENSIONS]
    return [*known, *_cnc(facts), _management(facts), *_tools(facts)]


def _permille(points: int, most: int) -> int:
    """Rounded half-up; a dimension of which nothing applies has none."""
    return (2 * PERMILLE * points + most) // (2 * most) if most else UNKNOWN


def _cnc(facts: Mapping[str, Any]) -> tuple[int, int]:
    rule = _rules()["cnc"]
    num, den = facts.get(rule["numerator"]), facts.get(rule["denominator"])
    return (UNKNOWN, UNKNOWN) if num is None or den is None else (int(num), int(den))


def _management(facts: Mapping[str, Any]) -> int:
    rule = _rules()["management"]
    ticked = facts.get(rule["fact"])
    return UNKNOWN if ticked is None else int(set(rule["all_of"]) <= set(ticked))


def _tools(facts: Mapping[str, Any]) -> tuple[int, int]:
    """(whether tools are used, whether there is no own design): without own design they are not."""
    rule = _rules()["tools"]
    using, own = facts.get(rule["fact"]), facts.get(rule["own_design"])
    if own is False:
        return 0, 1
    return UNKNOWN if using is None else int(using > 0), UNKNOWN if own is None else 0


@cache
def _rules() -> dict[str, Any]:
    """data/rates.yaml, read once."""
    raw = mapping(str(PATH), load_yaml(PATH), ("cnc", "management", "tools"))
    keys = {"cnc": ("numerator", "denominator"), "management": ("fact", "all_of"), "tools": ("fact", "own_design")}
    return {name: mapping(f"{PATH}: {name}", raw[name], keys[name]) for name in raw}
