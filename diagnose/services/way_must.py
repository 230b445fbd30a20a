"""必做: the steps of a way without which a condition of the level would not hold, however high the score."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from scoring.moves import Taken
from scoring.ruleset import Condition, Ruleset


def musts(rules: Ruleset, level: int, answers: Mapping[str, Any], taken: Sequence[Taken]) -> frozenset[str]:
    """The ids of the moves that a condition of this level, or of one below it, asks for.

    Counted conditions (scenes) ask for no step in particular, so none is one.
    """
    conditions = [one for each in rules.levels[:level] for one in each.conditions]
    return frozenset(
        step.move.id
        for condition in conditions
        for step in _asked(
            rules, condition, answers, [one for one in taken if one.move.indicator == condition.indicator]
        )
    )


def _asked(rules: Ruleset, condition: Condition, answers: Mapping[str, Any], steps: Sequence[Taken]) -> Sequence[Taken]:
    if condition.kind == "ticked_at_least":
        scored = rules.indicator(condition.indicator)
        have = sum(key != scored.none for key in answers[condition.indicator]) if steps else 0
        return steps[: max(int(condition.value) - have, 0)]
    return [step for step in steps if _short(rules, condition, step.now)]


def _short(rules: Ruleset, condition: Condition, now: Any) -> bool:
    """Whether an answer falls short of a condition on a ratio or a single."""
    if condition.kind == "at_least":
        return Fraction(now["num"]) / Fraction(now["den"]) < Fraction(condition.value)
    options = rules.indicator(condition.indicator).options
    return options.index(now) < options.index(str(condition.value))
