"""How far a target is against the straight line to its deadline: exact arithmetic, nothing else."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from diagnose.services.plans_built_in import YELLOW

REACHED, ON_TRACK, BEHIND, UNKNOWN = "reached", "on_track", "behind", "unknown"
STATUSES = (REACHED, ON_TRACK, BEHIND, UNKNOWN)
GREEN, AMBER, RED, GREY = "green", "yellow", "red", "grey"


class Standing(NamedTuple):
    """``share``: of the target, None when unknown; ``expected``: what the line asks by now; ``light``: as drawn."""

    status: str
    light: str
    share: Fraction | None
    expected: Fraction


def elapsed(starts_on: date, deadline: date, day: date) -> Fraction:
    """The share of the days from ``starts_on`` to ``deadline``, both inclusive, that are over at the end of ``day``."""
    days = (deadline - starts_on).days + 1
    return Fraction(min(max((day - starts_on).days + 1, 0), days), days)


def standing(
    value: Fraction, comparator: str, actual: Fraction | None, past: Fraction, baseline: Fraction = Fraction(0)
) -> Standing:
    """Where ``actual`` stands when ``past`` of the time is over; ``baseline``: what there was before the start.

    The line leads from the baseline to ``value`` (> 0). When all time is over, what is not reached is behind.
    """
    low = min(baseline, value)
    expected = low + (value - low) * past
    if actual is None:
        return Standing(UNKNOWN, GREY, None, expected)
    share = actual / value
    if actual > value or (actual == value and comparator == "ge"):
        return Standing(REACHED, GREEN, share, expected)
    if actual >= expected and past < 1:
        return Standing(ON_TRACK, GREEN, share, expected)
    return Standing(BEHIND, AMBER if actual >= expected * YELLOW else RED, share, expected)


def year_of(starts_on: date, deadline: date, day: date) -> tuple[date, date]:
    """The year of ``day`` as far as it belongs to the plan: first and last day."""
    return max(starts_on, date(day.year, 1, 1)), min(deadline, date(day.year, 12, 31))


def before(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)


def figure(text: str) -> Fraction:
    """A decimal figure as stored."""
    return Fraction(Decimal(text))
