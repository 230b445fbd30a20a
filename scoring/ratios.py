"""Reads what a ratio (比率) is worth: knots with straight lines between them, or bands that each state their ends."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from scoring.model import POINTS, TOTAL, Band, Indicator
from scoring.strict_yaml import Item, decimal_text

MILLI = Fraction(1, POINTS)
MOST = TOTAL * POINTS
ZERO_ONE = (Fraction(0), Fraction(1))
RATIO_STEP = Fraction(1, 1_000_000)  # finest knot, band or threshold: keeps every coefficient far inside 64 bits
_RANGE = re.compile(r"([\[(])(0|1|0\.[0-9]{1,6}), (0|1|0\.[0-9]{1,6})([\])])")


def points_text(milli: int) -> str:
    """Milli-points as points, for a message."""
    return decimal_text(milli * MILLI)


def check_most(item: Item, base: Indicator, most: int, what: str) -> None:
    """Refuses a max_points that no answer gives, or that one exceeds."""
    if most != base.max_points:
        raise item.error(f"is {points_text(base.max_points)}, but {what} {points_text(most)}")


def read_share(item: Item) -> Fraction:
    """A ratio from 0 to 1 with at most 6 decimals."""
    return item.whole(0, RATIO_STEP.denominator, RATIO_STEP) * RATIO_STEP


def read_ratio(fields: dict[str, Item], base: Indicator) -> Indicator:
    """A ratio with knots."""
    knots = [_read_knot(entry) for entry in fields["knots"].items()]
    ratios = [ratio for ratio, _ in knots]
    if ratios[:1] != [0] or ratios[-1:] != [1] or any(left >= right for left, right in pairwise(ratios)):
        raise fields["knots"].error("the ratios must rise from 0 to 1")
    if any(left > right for (_, left), (_, right) in pairwise(knots)):
        raise fields["knots"].error("the points must not fall")
    check_most(fields["max_points"], base, knots[-1][1], "the last knot gives")
    return replace(base, knots=tuple(knots))


def _read_knot(item: Item) -> tuple[Fraction, int]:
    pair = item.items()
    if len(pair) != 2:
        raise item.error("must be [ratio, points]")
    return read_share(pair[0]), pair[1].whole(0, MOST, MILLI)


def read_banded(fields: dict[str, Item], base: Indicator) -> Indicator:
    """A ratio with bands; with `may_exceed_one: true` the last band has no end."""
    bands = [_read_band(entry) for entry in fields["bands"].items()]
    if (
        not bands
        or not (bands[0].includes_start and bands[-1].includes_to)
        or (bands[0].start, bands[-1].to) != ZERO_ONE
    ):
        raise fields["bands"].error("must go from [0 to 1]")
    for entry, (left, right) in zip(fields["bands"].items()[1:], pairwise(bands), strict=True):
        if right.start != left.to or right.includes_start == left.includes_to:
            raise entry.error("must begin where the band before it ends, and that end belongs to one of the two")
        if right.points < left.points:
            raise entry.error("the points must not fall")
    check_most(fields["max_points"], base, bands[-1].points, "the last band gives")
    beyond = "may_exceed_one" in fields and fields["may_exceed_one"].flag()
    return replace(base, bands=tuple(bands), may_exceed_one=beyond)


def _read_band(item: Item) -> Band:
    fields = item.fields(["range", "points"])
    found = _RANGE.fullmatch(fields["range"].text())
    if found is None or Fraction(found[2]) >= Fraction(found[3]):
        raise fields["range"].error('must be a range such as "[0, 0.1]" or "(0.1, 0.2]", of at most 6 decimals')
    start, to = Fraction(found[2]), Fraction(found[3])
    return Band(start, to, found[1] == "[", found[4] == "]", fields["points"].whole(0, MOST, MILLI))
