"""The lists behind the figures of a target: exactly as many lines as the figure says, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Division, Enterprise
from diagnose.services import measure_figures, target_words
from diagnose.services.measure_kinds import Measure
from diagnose.services.measure_rows import Period, rows
from diagnose.texts import say
from scoring.coverage import PPM

NUM, DEN, REST = "num", "den", "rest"
PAGE = 50


@dataclass(frozen=True)
class Line:
    """One firm, thing or person; ``public_id`` is empty for a person. ``said``: what counts about it."""

    public_id: str
    name: str
    place: str
    synthetic: bool
    said: str


@dataclass(frozen=True)
class Behind:
    """One page of a list and how long all of it is."""

    lines: Sequence[Line]
    count: int


def parts(measure: Measure) -> tuple[str, ...]:
    """The lists that a measure has: what is counted, of how many, and those that are missing."""
    if measure.counts:
        return (NUM,)
    if measure.way in ("share", "specialists") or measure.rate in ("management", "tools"):
        return (NUM, DEN, REST)
    return (DEN,)


def page(session: Session, measure: Measure, division: Division, period: Period, part: str, number: int) -> Behind:
    """Page ``number`` (from 1) of one of `parts`."""
    start = (number - 1) * PAGE
    if measure.way in ("sums", "means"):
        return _of_amounts(session, measure, division, period, start)
    if measure.way == "specialists" and part == NUM:
        people = measure_figures.people(session, measure, division.path, period)
        lines = [Line("", name, "", False, say("behind_firms", count=f"{count:,}")) for _, name, count in people]
        return Behind(lines[start : start + PAGE], len(people))
    found = rows(measure, division.path, period).subquery()
    keep = {NUM: found.c.num > 0, REST: found.c.num == 0}.get(part)
    count, query = select(func.count()).select_from(found), _named(found)
    if keep is not None and not measure.counts:
        count, query = count.where(keep), query.where(keep)
    query = query.order_by(found.c.enterprise_id, found.c.said).limit(PAGE).offset(start)
    lines = [
        Line(public_id, name, place, synthetic, _said(measure, num, said))
        for public_id, name, place, synthetic, num, said in session.execute(query)
    ]
    return Behind(lines, session.scalar(count) or 0)


def _named(found: Any) -> Any:
    return (
        select(Enterprise.public_id, Enterprise.name, Division.name, Enterprise.synthetic, found.c.num, found.c.said)
        .join(Enterprise, Enterprise.id == found.c.enterprise_id)
        .join(Division, Division.id == found.c.division_id)
    )


def _said(measure: Measure, num: int, said: str) -> str:
    if measure.way == "things":
        return said
    if measure.way == "each":
        return f"{num:,} {measure.unit}" if said else say("behind_none")
    if measure.rate == "cnc":
        return wording.percent(Fraction(num, PPM))
    return "" if measure.counts else say("behind_yes" if num else "behind_no")


def _of_amounts(session: Session, measure: Measure, division: Division, period: Period, start: int) -> Behind:
    found = [one for one in measure_figures.amounts(session, measure, division.path, period) if one.counts(measure)]
    shown = {one.enterprise_id: one for one in found[start : start + PAGE]}
    places = {one.division_id for one in shown.values()}
    firms = session.scalars(select(Enterprise).where(Enterprise.id.in_(shown)).order_by(Enterprise.id))
    names = {one.id: one.name for one in session.scalars(select(Division).where(Division.id.in_(places)))}
    lines = [
        Line(
            firm.public_id, firm.name, names[shown[firm.id].division_id], firm.synthetic, _pair(shown[firm.id], measure)
        )
        for firm in firms
    ]
    return Behind(lines, len(found))


def _pair(one: measure_figures.Amounts, measure: Measure) -> str:
    num, den = (target_words.rounded(value or Fraction(0), 2) for value in (one.num, one.den))
    return f"{num:,} / {den:,} {measure.amounts}"
