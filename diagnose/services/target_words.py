"""Figures of targets as people read them: exact, with their unit."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from diagnose import wording
from diagnose.models import Target
from diagnose.services.measure_kinds import PERCENT
from diagnose.services.measures import Reading

SIGNS = {"ge": "≥", "gt": ">"}
WHOLE = ("家", "个", "项", "名", "人", "户")


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Rounded half-up, as a decimal."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def with_unit(figure: str, unit: str) -> str:
    """300 家, 7%."""
    return f"{figure}{unit}" if unit == PERCENT else f"{figure} {unit}"


def decimals(value: str) -> int:
    """How many decimals a figure was written with."""
    exponent = Decimal(value).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def goal_text(target: Target, value: str) -> str:
    """≥ 1,500 家"""
    return f"{SIGNS[target.comparator]} {with_unit(wording.thousands(value), target.unit)}"


def actual_text(value: Fraction, unit: str, counted: bool) -> str:
    """An actual; a share with one decimal, a mean with two, a count as it is."""
    places = 0 if counted and value.denominator == 1 else 1 if unit == PERCENT else 2
    return with_unit(f"{rounded(value, places):,}", unit)


def percent_of(share: Fraction) -> str:
    """How much of a target: whole percent, half-up."""
    return f"{rounded(share * 100, 0)}%"


def width(share: Fraction) -> str:
    """How long a bar is, in percent of the whole width: never under 0 or over 100."""
    return f"{rounded(min(max(share, Fraction(0)), Fraction(1)) * 100, 1)}"


def behind_text(reading: Reading) -> str:
    """What a rate is made of: 634 / 1,822 家; empty for a count."""
    if reading.den is None:
        return ""
    if reading.num is None:
        return f"{int(reading.den):,} 家平均"
    if reading.measure.way == "sums":
        return f"{rounded(reading.num, 2):,} / {rounded(reading.den, 2):,} {reading.measure.amounts}"
    num_unit = reading.measure.unit.partition("/")[0] if reading.measure.unit != PERCENT else ""
    num = f"{int(reading.num):,} {num_unit}" if num_unit else f"{int(reading.num):,}"
    return f"{num} / {int(reading.den):,} 家"
