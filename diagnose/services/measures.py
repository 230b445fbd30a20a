"""The actual of a measure for divisions and a period: exact, set-based, with what stands behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Division
from diagnose.services import measure_figures
from diagnose.services.measure_kinds import MEASURES, PERCENT, Measure
from diagnose.services.measure_rows import Period, population, rows
from diagnose.texts import say
from scoring.coverage import PPM


@dataclass(frozen=True)
class Sums:
    """What firms add up to; ``people`` are counted once each, wherever their firms are."""

    num: Fraction = Fraction(0)
    den: Fraction = Fraction(0)
    firms: int = 0
    missing: int = 0
    people: frozenset[int] = frozenset()

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.num + other.num,
            self.den + other.den,
            self.firms + other.firms,
            self.missing + other.missing,
            self.people | other.people,
        )


@dataclass(frozen=True)
class Reading:
    """An actual. ``value`` in the measure's unit, None when there is nothing to divide by.

    ``num`` and ``den`` as shown beside it (None: the value is a count and stands alone); of a mean only ``den``.
    ``short``: firms of the denominator that are not in the numerator, where the measure has a word for them.
    """

    measure: Measure
    value: Fraction | None
    num: Fraction | None
    den: Fraction | None
    firms: int
    missing: int
    scope: str

    @property
    def short(self) -> int | None:
        if not self.measure.missing or self.num is None or self.den is None:
            return None
        return self.missing if self.measure.way == "specialists" else int(self.den - self.num)


def read(session: Session, code: str, divisions: Sequence[Division], period: Period) -> dict[int, Reading]:
    """The reading of each division with all below it; one query for all of them. KeyError for an unknown code.

    ``divisions``: any of one subtree, the first being its top.
    """
    measure = MEASURES[code]
    if not divisions:
        return {}
    leaves = _leaves(session, measure, divisions[0].path, period)
    totals = fold(session, leaves, divisions)
    text = scope_text(measure, period)
    return {one.id: _reading(measure, totals[one.id], text) for one in divisions}


def fold(session: Session, leaves: Mapping[int, Sums], divisions: Sequence[Division]) -> dict[int, Sums]:
    """Add up what was counted in single divisions for each of ``divisions`` and all below it."""
    below = select(Division.id, Division.path).where(Division.path.startswith(divisions[0].path))
    paths = {id_: path for id_, path in session.execute(below) if id_ in leaves}
    return {
        one.id: sum((leaves[id_] for id_, path in paths.items() if path.startswith(one.path)), Sums())
        for one in divisions
    }


def firms_in_scope(session: Session, divisions: Sequence[Division], day: date) -> dict[int, int]:
    """How many firms each division has in scope (应诊断) on a day; the first of ``divisions`` is the top of all."""
    found = population(divisions[0].path, day).subquery()
    query = select(found.c.division_id, func.count()).group_by(found.c.division_id)
    leaves = {division_id: Sums(firms=count) for division_id, count in session.execute(query)}
    return {id_: sums.firms for id_, sums in fold(session, leaves, divisions).items()}


def scope_text(measure: Measure, period: Period) -> str:
    """The 口径 of a reading: who is counted, and as of when."""
    says = measure.says.replace("{year}", str(period.full_year))
    since, day = wording.day(period.since), wording.day(period.day)
    within = measure.periodic or measure.having == "transformed"
    when = say("measure_period", since=since, day=day) if within else say("measure_as_of", day=day)
    return say("measure_scope", says=says, when=when)


def _leaves(session: Session, measure: Measure, path: str, period: Period) -> dict[int, Sums]:
    if measure.way in ("sums", "means"):
        return _of_amounts(measure, measure_figures.amounts(session, measure, path, period))
    found = rows(measure, path, period).subquery()
    query = select(found.c.division_id, func.sum(found.c.num), func.sum(found.c.den), func.count()).group_by(
        found.c.division_id
    )
    leaves = {
        division_id: Sums(Fraction(int(num)), Fraction(int(den)), firms)
        for division_id, num, den, firms in session.execute(query)
    }
    return _of_people(session, measure, path, period, leaves) if measure.way == "specialists" else leaves


def _of_amounts(measure: Measure, found: Iterable[measure_figures.Amounts]) -> dict[int, Sums]:
    leaves: dict[int, Sums] = {}
    for one in found:
        leaves[one.division_id] = leaves.get(one.division_id, Sums()) + _of_firm(measure, one)
    return leaves


def _of_firm(measure: Measure, one: measure_figures.Amounts) -> Sums:
    if not one.counts(measure):
        return Sums(missing=1)
    if measure.way == "means":
        return Sums(Fraction(one.ppm), Fraction(1), 1)
    return Sums(one.num or Fraction(0), one.den or Fraction(0), 1)


def _of_people(
    session: Session, measure: Measure, path: str, period: Period, served: Mapping[int, Sums]
) -> dict[int, Sums]:
    """``served``: how many firms have somebody, of how many. Who that is counts, not how often."""
    people = measure_figures.specialists(session, measure, path, period)
    return {
        id_: Sums(den=one.den, firms=one.firms, missing=one.firms - int(one.num), people=people.get(id_, frozenset()))
        for id_, one in served.items()
    }


def _reading(measure: Measure, sums: Sums, scope: str) -> Reading:
    if measure.counts:
        return Reading(measure, sums.num, None, None, int(sums.num), 0, scope)
    mean = measure.way == "means" or measure.rate == "cnc"
    num = Fraction(len(sums.people)) if measure.way == "specialists" else sums.num
    share = num / sums.den / (PPM if mean else 1) if sums.den else None
    value = share * 100 if share is not None and measure.unit == PERCENT else share
    return Reading(measure, value, None if mean else num, sums.den, sums.firms, sums.missing, scope)
