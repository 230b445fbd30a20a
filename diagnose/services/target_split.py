"""A target split over divisions and years: proposals in whole units that add up exactly, and what was decided.

Figures are decimals as texts; the unit of a split is the last decimal of the target's value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from diagnose.models import Division, Plan, Target, TargetShare
from diagnose.services import measures, target_progress
from diagnose.services.measure_kinds import MEASURES
from diagnose.services.measure_rows import Period
from diagnose.services.target_words import decimals, rounded
from diagnose.upsert import dialect, upsert

EVENLY, FIRMS, LAST_YEAR = "evenly", "firms", "last_year"
BASES = (EVENLY, FIRMS, LAST_YEAR)
WHOLE = 0  # the "year" of a share of the whole plan


@dataclass(frozen=True)
class Part:
    """One of the parts: in whole units, and what it would be exactly."""

    units: int
    exact: Fraction


def largest_remainder(total: int, weights: Sequence[Fraction]) -> list[Part]:
    """``total`` units by weight: the whole part of each quota, then one more by the largest remainder, first come.

    The parts add up to ``total``, and a larger weight never gets less. Raises ValueError when no weight is above 0.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0 or total < 0:
        raise ValueError("weights must be at least 0, one of them more")
    quotas = [total * weight / whole for weight in weights]
    parts = [int(quota) for quota in quotas]
    order = sorted(range(len(quotas)), key=lambda place: (parts[place] - quotas[place], place))
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return [Part(units, quota) for units, quota in zip(parts, quotas, strict=True)]


def units(value: str, places: int) -> int:
    """A figure in units of 10**-places: ("12.5", 1) → 125."""
    return int(Decimal(value).scaleb(places))


def text(count: int, places: int) -> str:
    """Units as a figure: (125, 1) → "12.5"."""
    return f"{Decimal(count).scaleb(-places):.{places}f}"


def years(plan: Plan) -> list[int]:
    """The calendar years of a plan."""
    return list(range(plan.starts_on.year, plan.deadline.year + 1))


def columns(plan: Plan, target: Target) -> list[int]:
    """What is split: the whole (0) and each year; a yearly target has the same for each year, a rate no years."""
    return [WHOLE] if target.kind in ("yearly", "rate") else [WHOLE, *years(plan)]


def weights(
    session: Session, target: Target, division: Division, children: Sequence[Division], basis: str, day: date
) -> list[Fraction]:
    """By what a proposal divides: 1 each, firms in scope on the day, or what each had or added last year."""
    if basis == FIRMS:
        found = measures.firms_in_scope(session, [division, *children], day)
        return [Fraction(found[one.id]) for one in children]
    if basis == LAST_YEAR:
        return _last_year(session, target, division, children, day)
    return [Fraction(1)] * len(children)


def _last_year(
    session: Session, target: Target, division: Division, children: Sequence[Division], day: date
) -> list[Fraction]:
    period = Period(date(day.year - 1, 1, 1), date(day.year - 1, 12, 31))
    if target.measure in MEASURES:
        read = measures.read(session, target.measure, [division, *children], period)
        return [read[one.id].value or Fraction(0) for one in children]
    rows = target_progress.entered(session, target, children, period.since, period.day)
    return [Fraction(Decimal(rows[one.id].value)) if one.id in rows else Fraction(0) for one in children]


def over_years(total: int, count: int, cumulative: bool) -> list[int]:
    """A whole over ``count`` years, evenly; of a stock what is to be reached by the end of each, the last the whole."""
    parts = [part.units for part in largest_remainder(total, [Fraction(1)] * count)]
    return [sum(parts[: place + 1]) for place in range(count)] if cumulative else parts


def proposal(plan: Plan, target: Target, goal: str, by: Sequence[Fraction]) -> list[dict[int, str]]:
    """For each child its figure by column; ValueError as in `largest_remainder`. Of a rate everybody gets the rate."""
    if target.kind == "rate":
        return [{WHOLE: goal} for _ in by]
    places = decimals(goal)
    parts = largest_remainder(units(goal, places), by)
    return [_row(plan, target, part.units, places) for part in parts]


def exact(target: Target, goal: str, by: Sequence[Fraction]) -> list[Decimal]:
    """What each would get if it could be divided, with two decimals more; to be shown beside a proposal."""
    places = decimals(goal)
    if target.kind == "rate":
        return [Decimal(goal) for _ in by]
    parts = largest_remainder(units(goal, places), by)
    return [rounded(part.exact / 10**places, places + 2) for part in parts]


def _row(plan: Plan, target: Target, whole: int, places: int) -> dict[int, str]:
    found = {WHOLE: text(whole, places)}
    if target.kind in ("stock", "flow"):
        spread = over_years(whole, len(years(plan)), target.kind == "stock")
        found |= {year: text(count, places) for year, count in zip(years(plan), spread, strict=True)}
    return found


@dataclass(frozen=True)
class Check:
    """A sum beside what it should be; ``gap`` > 0: so much is still to be given out, < 0: too much was."""

    total: Decimal
    goal: Decimal

    @property
    def gap(self) -> Decimal:
        return self.goal - self.total


def check(figures: Sequence[str], goal: str) -> Check:
    """The sum of figures (blank: nothing) against a goal."""
    return Check(sum((Decimal(one) for one in figures if one), Decimal(0)), Decimal(goal))


def stored(session: Session, target: Target, divisions: Sequence[Division]) -> dict[tuple[int, int], str]:
    """What was decided, by (division, year)."""
    query = select(TargetShare).where(
        TargetShare.target_id == target.id, TargetShare.division_id.in_([one.id for one in divisions])
    )
    return {(row.division_id, row.year): row.value for row in session.scalars(query)}


def save(session: Session, target: Target, divisions: Sequence[Division], given: Mapping[tuple[int, int], str]) -> int:
    """Make ``given`` what holds for these divisions; what is blank is not split. Returns how many figures changed."""
    before = stored(session, target, divisions)
    now = {key: value for key, value in given.items() if value}
    for division_id, year in before.keys() - now.keys():
        session.execute(
            delete(TargetShare).where(
                TargetShare.target_id == target.id,
                TargetShare.division_id == division_id,
                TargetShare.year == year,
            )
        )
    changed = {key: value for key, value in now.items() if before.get(key) != value}
    rows = [
        {"target_id": target.id, "division_id": division_id, "year": year, "value": value}
        for (division_id, year), value in changed.items()
    ]
    if rows:
        session.execute(upsert(dialect(session), TargetShare, ("value",)), rows)
    return len(changed) + len(before.keys() - now.keys())
