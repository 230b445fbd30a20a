"""What every answer to an indicator is worth, worked out once from the ruleset for the tables."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, lcm

from scoring.model import TOTAL, Indicator, Level, Ruleset


def answer_points(indicator: Indicator) -> list[int]:
    """Milli-points of every answer to a coded indicator, by code - 1."""
    if indicator.kind == "single":
        return list(indicator.option_points)
    if indicator.counted:
        most, ticks = indicator.max_points, len(indicator.ticks)
        return [(2 * most * ticked + ticks) // (2 * ticks) for ticked in _subset_sums([1] * ticks)]
    points = dict(zip(indicator.options, indicator.option_points, strict=True))
    return _subset_sums([points[key] for key in indicator.ticks])


def answer_steps(indicator: Indicator) -> list[int]:
    """What a condition counts in every answer, by code - 1: the place of the option, or how many are ticked."""
    if indicator.kind == "single":
        return list(range(len(indicator.options)))
    return _subset_sums([1] * len(indicator.ticks))


def _subset_sums(parts: Sequence[int]) -> list[int]:
    """The sum of the ticked parts for every set of ticks, at the index whose bits are the ticks."""
    sums = [0]
    for part in parts:
        sums += [total + part for total in sums]
    return sums


def least_points(ruleset: Ruleset, level: Level, most: int) -> int:
    """The fewest milli-points, out of ``most``, whose score reaches the level's floor."""
    unit = TOTAL * 10**ruleset.decimals
    return max(ceil(Fraction(most * (2 * level.min_score - 1), 2 * unit)), 0)


def worst_code(indicator: Indicator) -> int:
    """无 or the first option; where a multi has no 无, its cheapest single tick."""
    if indicator.kind == "single" or indicator.none is not None:
        return 1
    points = answer_points(indicator)
    return 1 + min((1 << bit for bit in range(len(indicator.ticks))), key=points.__getitem__)


def segment(start: tuple[Fraction, int], end: tuple[Fraction, int]) -> tuple[int, int, int, int, int]:
    """Between two knots (ratio, milli-points): from_num, from_den, a, b, c of floor((a·num + b·den) ÷ (c·den))."""
    slope = (end[1] - start[1]) / (end[0] - start[0])
    base = start[1] - slope * start[0] + Fraction(1, 2)  # the half that turns floor into round-half-up
    c = lcm(slope.denominator, base.denominator)
    return start[0].numerator, start[0].denominator, int(slope * c), int(base * c), c


def band_starts(indicator: Indicator) -> tuple[int, list[tuple[int, bool]]]:
    """A common denominator q of where the bands after the first begin, and each as (start × q, whether it belongs)."""
    later = indicator.bands[1:]
    common = lcm(*(band.start.denominator for band in later))
    return common, [(int(band.start * common), band.includes_start) for band in later]
