"""Rates where only some firms answered, weighted back to all firms by industry × size (事后分层). Pure arithmetic.

The estimate is Σ W_h m_h (m_h the mean of a stratum) with W_h = N_h / N and the variance Σ W_h² (1 - n_h / N_h)
s_h² / n_h: Särndal, Swensson and Wretman, Model Assisted Survey Sampling (1992), 7.6, given the sizes n_h of the
strata. It corrects for industries and sizes that answered more or less often; within a stratum it takes those who
answered for all, which nobody can check.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import sqrt


@dataclass(frozen=True)
class Stratum:
    """``firms`` in scope, ``asked`` of them with an answer; sum and sum of squares of the answers (0 … 1)."""

    industry: int
    size: int
    firms: int
    asked: int
    total: Fraction
    squares: Fraction


@dataclass(frozen=True)
class Estimate:
    """The share over all ``firms`` (exact), and the ends of its interval, 0 … 1."""

    share: Fraction
    low: float
    high: float
    strata: int
    asked: int
    firms: int


def estimate(strata: Iterable[Stratum], responders: int, normal: float) -> Estimate | None:
    """The weighted share with its interval; None where fewer than ``responders`` answered, or everybody did.

    ``normal``: how many standard errors the interval reaches to each side (1.96: 95 %).
    """
    used = collapse(strata, responders)
    firms, asked = sum(one.firms for one in used), sum(one.asked for one in used)
    if not used or asked == firms or min(one.asked for one in used) < max(responders, 2):
        return None
    share = sum((Fraction(one.firms, firms) * one.total / one.asked for one in used), Fraction())
    reach = normal * sqrt(sum(_variance(one, firms) for one in used))
    return Estimate(share, max(0.0, float(share) - reach), min(1.0, float(share) + reach), len(used), asked, firms)


def _variance(one: Stratum, firms: int) -> Fraction:
    """The part of one stratum in the variance, exact."""
    mean = one.total / one.asked
    spread = (one.squares - one.asked * mean**2) / (one.asked - 1)
    return Fraction(one.firms, firms) ** 2 * (1 - Fraction(one.asked, one.firms)) * spread / one.asked


def collapse(strata: Iterable[Stratum], responders: int) -> list[Stratum]:
    """Join strata until each has ``responders`` answers (or one is left), always by the same rule.

    Within an industry neighbouring sizes are joined, from the largest class on; what is still too small joins the one
    before it. Industries that are too small as a whole become one stratum, and that, where it is too small, joins the
    one with the fewest answers.
    """
    ordered = sorted((one for one in strata if one.firms), key=lambda one: (one.industry, one.size))
    kept: list[Stratum] = []
    small: list[Stratum] = []
    for _, sizes in groupby(ordered, key=lambda one: one.industry):
        joined = _neighbours(list(sizes), responders)
        (kept if joined[0].asked >= responders else small).extend(joined)
    if small:
        rest = _sum(small)
        if rest.asked < responders and kept:
            fewest = min(kept, key=lambda one: (one.asked, one.industry, one.size))
            kept[kept.index(fewest)] = _sum([fewest, rest])
        else:
            kept.append(rest)
    return kept


def _neighbours(sizes: Sequence[Stratum], responders: int) -> list[Stratum]:
    joined: list[Stratum] = []
    for one in sizes:
        if joined and joined[-1].asked < responders:
            joined[-1] = _sum([joined[-1], one])
        else:
            joined.append(one)
    if len(joined) > 1 and joined[-1].asked < responders:
        joined[-2:] = [_sum(joined[-2:])]
    return joined


def _sum(strata: Sequence[Stratum]) -> Stratum:
    first = strata[0]
    return Stratum(
        first.industry,
        first.size,
        sum(one.firms for one in strata),
        sum(one.asked for one in strata),
        sum((one.total for one in strata), Fraction()),
        sum((one.squares for one in strata), Fraction()),
    )
