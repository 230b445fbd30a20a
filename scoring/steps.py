"""The steps (台阶) of an indicator: what an enterprise can move to next; paths and the library of actions use them."""

from fractions import Fraction

from scoring.model import Indicator, Ruleset

Step = str | int | Fraction  # the key of an option, the grade of a scene, or the ratio to reach


def steps_up(indicator: Indicator, ruleset: Ruleset) -> tuple[Step, ...]:
    """All steps of an indicator, lowest first.

    single: every option after the first; scene: every grade; multi: every option but 无; ratio: each knot above 0 and
    each level condition; banded: where each band after the first begins. Ratings have none: they have no texts.
    """
    if indicator.kind == "single":
        return indicator.options[1:]
    if indicator.kind == "multi":
        return indicator.ticks
    if indicator.kind == "scene":
        return tuple(range(1, indicator.grades + 1))
    if indicator.kind == "ratio_banded":
        return tuple(band.start for band in indicator.bands[1:])
    if indicator.kind == "ratings":
        return ()
    knots = {ratio for ratio, _ in indicator.knots}
    conditions = [condition for level in ruleset.levels for condition in level.conditions]
    asked = {Fraction(condition.value) for condition in conditions if condition.indicator == indicator.code}
    return tuple(sorted(step for step in knots | asked if step > 0))
