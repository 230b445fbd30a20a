"""Marks: what a step, a condition or a gate asks of an indicator, as a least value on one of its ladders."""

from fractions import Fraction
from typing import NamedTuple

from scoring.model import Condition, Gate, Indicator, Ruleset
from scoring.moves import Move
from scoring.steps import Step, steps_up

Key = tuple[str, str | None]  # a ladder: the code; of a multi also the option
Value = int | Fraction  # place of the option, grade, ratio; 0 or 1 for an option of a multi


class Mark(NamedTuple):
    """It holds for a value of at least ``least``, or only ``beyond`` it."""

    key: Key
    least: Value
    beyond: bool = False

    def holds(self, value: Value) -> bool:
        return value > self.least if self.beyond else value >= self.least


class Need(NamedTuple):
    """What a level asks for besides the score: at least ``least`` of these marks. ``condition`` and ``need`` are as in
    `verdict.Unmet`."""

    level: int
    condition: str
    need: object
    marks: tuple[Mark, ...]
    least: int


def keys_of(indicator: Indicator) -> list[Key]:
    """The ladders of an indicator: one, or one for each option of a multi."""
    return [(indicator.code, key) for key in indicator.ticks] if indicator.kind == "multi" else [(indicator.code, None)]


def mark_of(indicator: Indicator, step: Step) -> Mark:
    """What reaching a step means; ValueError when the indicator has no such step."""
    kind, code = indicator.kind, indicator.code
    if kind == "single" and step in indicator.options:
        return Mark((code, None), indicator.options.index(str(step)))
    if kind == "multi" and step in indicator.ticks:
        return Mark((code, str(step)), 1)
    if kind == "scene" and type(step) is int and 0 <= step <= indicator.grades:
        return Mark((code, None), step)
    if kind in ("ratio", "ratio_banded") and isinstance(step, int | Fraction) and 0 <= step <= 1:
        open_starts = {band.start for band in indicator.bands if not band.includes_start}
        return Mark((code, None), Fraction(step), step in open_starts)
    raise ValueError(f"{code}: no step {step!r}")


def start_of(ruleset: Ruleset, indicator: Indicator, move: Move) -> Mark:
    """From where a move can be made: as it says, else the step before its own, else the bottom."""
    mark = mark_of(indicator, move.step)
    if indicator.kind == "multi":
        return Mark(mark.key, 0)
    if move.start is not None:
        return mark_of(indicator, move.start)
    lower = [each for step in steps_up(indicator, ruleset) if (each := mark_of(indicator, step)).least < mark.least]
    return lower[-1] if lower else Mark(mark.key, 0)


def needs(ruleset: Ruleset, level: int) -> list[Need]:
    """Every condition and gate of a level and the lower ones."""
    found: list[Need] = []
    for each in ruleset.levels[:level]:
        found += [_of_condition(each.level, condition, ruleset) for condition in each.conditions]
        found += [_of_gate(each.level, gate, ruleset) for gate in each.gates]
    return found


def _of_condition(level: int, condition: Condition, ruleset: Ruleset) -> Need:
    code, value = condition.indicator, condition.value
    indicator = ruleset.indicator(code)
    if condition.kind == "ticked_at_least":
        return Need(level, code, value, tuple(Mark(key, 1) for key in keys_of(indicator)), int(value))
    least: Value = indicator.options.index(value) if isinstance(value, str) else value
    return Need(level, code, value, (Mark((code, None), least),), 1)


def _of_gate(level: int, gate: Gate, ruleset: Ruleset) -> Need:
    scenes = [each for each in ruleset.indicators if each.kind == "scene" and (each.binding or gate.count == "scenes")]
    marks = tuple(Mark((each.code, None), gate.graded) for each in scenes)
    return Need(level, gate.count, gate.at_least, marks, gate.at_least)
