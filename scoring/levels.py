"""Reads the levels of a ruleset file and refuses what does not rise or cannot be tested."""

from collections.abc import Sequence
from fractions import Fraction

from scoring.indicators import CODE, OPTION, optional_text
from scoring.model import TOTAL, Comparison, Condition, Counted, Gate, Indicator, Level
from scoring.ratios import read_share
from scoring.strict_yaml import Item, decimal_text

_KINDS: dict[str, Comparison] = {
    "ratio": "at_least",
    "ratio_banded": "at_least",
    "multi": "ticked_at_least",
    "single": "option_at_least",
}
_COUNTS: tuple[Counted, ...] = ("scenes", "binding_scenes")
MAX_LEVELS = 9


def read_levels(item: Item, decimals: int, indicators: Sequence[Indicator], optional: set[str]) -> tuple[Level, ...]:
    """The levels, lowest first; `optional` are the codes that may be 不适用, on which no condition can stand."""
    levels: list[Level] = []
    for entry in item.items():
        levels.append(_read_level(entry, levels, decimals, indicators, optional))
    check_count(item, len(levels))
    return tuple(levels)


def check_count(item: Item, count: int) -> None:
    """Refuses no levels, or more than one digit can number."""
    if not 1 <= count <= MAX_LEVELS:
        raise item.error(f"must be from 1 to {MAX_LEVELS} levels")


def read_number(item: Item, number: int) -> None:
    """Refuses a level that is not the next one."""
    if item.number() != number:
        raise item.error(f"must be {number}: levels are numbered 1, 2, 3, …")


def _read_level(
    item: Item, lower: list[Level], decimals: int, indicators: Sequence[Indicator], optional: set[str]
) -> Level:
    fields = item.fields(["level", "title", "min_score", "conditions"], ["gates", "check"])
    number = len(lower) + 1
    read_number(fields["level"], number)
    unit = Fraction(1, 10**decimals)
    floor = fields["min_score"].whole(0, TOTAL * 10**decimals, unit)
    if lower and floor <= lower[-1].min_score:
        what = f"must be above {decimal_text(lower[-1].min_score * unit)}, the floor of level {number - 1}"
        raise fields["min_score"].error(what)
    known = {each.code: each for each in indicators if each.kind in _KINDS and each.code not in optional}
    return Level(
        number,
        fields["title"].text(),
        floor,
        _read_conditions(fields["conditions"], lower, known),
        _read_gates(fields["gates"], lower, indicators) if "gates" in fields else (),
        optional_text(fields, "check"),
    )


def _read_conditions(item: Item, lower: list[Level], known: dict[str, Indicator]) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    for entry in item.items():
        condition = _read_condition(entry, known)
        if condition.indicator in {each.indicator for each in conditions}:
            raise entry.error(f"a second condition on {condition.indicator}")
        _check_not_weaker(entry, condition, lower, known[condition.indicator])
        conditions.append(condition)
    return tuple(conditions)


def _read_condition(item: Item, known: dict[str, Indicator]) -> Condition:
    keys = item.entries()
    if "indicator" not in keys:
        raise item.error("missing key: indicator")
    code = keys["indicator"].text(CODE)
    if code not in known:
        raise keys["indicator"].error(f"{code} is not an indicator, or a scene, or one that may be 不适用")
    indicator = known[code]
    kind = _KINDS[indicator.kind]
    return Condition(code, kind, _read_value(item.fields(["indicator", kind])[kind], indicator))


def _read_value(item: Item, indicator: Indicator) -> Fraction | int | str:
    if indicator.kind in ("ratio", "ratio_banded"):
        share = read_share(item)
        if not share:
            raise item.error("must be above 0")
        return share
    if indicator.kind == "multi":
        return item.whole(1, len(indicator.ticks))
    key = item.text(OPTION)
    if key not in indicator.options[1:]:
        raise item.error(f"must be one of {', '.join(indicator.options[1:])}")
    return key


def _check_not_weaker(item: Item, condition: Condition, lower: list[Level], indicator: Indicator) -> None:
    """A condition that a lower level states more strictly would never be felt: surely a slip."""

    def strictness(value: Fraction | int | str) -> Fraction | int:
        return indicator.options.index(value) if isinstance(value, str) else value

    for level in lower:
        for other in level.conditions:
            if other.indicator == condition.indicator and strictness(other.value) > strictness(condition.value):
                raise item.error(f"is weaker than the condition on {condition.indicator} of level {level.level}")


def _read_gates(item: Item, lower: list[Level], indicators: Sequence[Indicator]) -> tuple[Gate, ...]:
    gates: list[Gate] = []
    for entry in item.items():
        gate = _read_gate(entry, indicators)
        if gate.count in {each.count for each in gates}:
            raise entry.error(f"a second gate on {gate.count}")
        for level in lower:
            for other in level.gates:
                if other != gate and other.count == gate.count and _is_weaker(gate, other):
                    raise entry.error(f"is weaker than the gate on {gate.count} of level {level.level}")
        gates.append(gate)
    return tuple(gates)


def _is_weaker(gate: Gate, other: Gate) -> bool:
    return gate.graded <= other.graded and gate.at_least <= other.at_least


def _read_gate(item: Item, indicators: Sequence[Indicator]) -> Gate:
    fields = item.fields(["count", "graded", "at_least"])
    name = fields["count"].text()
    count = next((known for known in _COUNTS if known == name), None)
    if count is None:
        raise fields["count"].error(f"must be one of {', '.join(_COUNTS)}")
    graded = fields["graded"].whole(1, max((each.grades for each in indicators), default=0))
    able = [each for each in indicators if each.grades >= graded and (each.binding or count == "scenes")]
    return Gate(count, graded, fields["at_least"].whole(1, len(able)))
