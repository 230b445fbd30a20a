"""What a measure counts, firm by firm, as one select: whatever is summed up and listed comes from the same rows.

Facts are looked up by code and day (`ix_firm_fact_dated`): a fact that holds on a day is what sets a mark on that day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, Select, and_, case, cast, exists, func, literal, or_, select

from diagnose import wording
from diagnose.models import Assignment, Division, Enterprise, FirmFact, FirmSpan, Statement, Term, VerdictSpan
from diagnose.services.classify import load_sizes
from diagnose.services.measure_kinds import PATH, RULER, Group, Measure
from scoring.coverage import PPM

SIZES = load_sizes(PATH.parent / "size-classes.yaml")
IN_ROW = tuple(code for code, row in SIZES.row_of.items() if row and row.name == SIZES.above_scale_row)
SURELY = FirmFact.withdrawn_at.is_(None)


@dataclass(frozen=True)
class Period:
    """What is asked for: things that came from ``since`` to ``day``, or the state on ``day``; both inclusive."""

    since: date
    day: date

    @property
    def full_year(self) -> int:
        """The last year that was over at the end of ``day``."""
        return (self.day + timedelta(days=1)).year - 1


def holds(day: date) -> ColumnElement[bool]:
    """A fact that holds on a day."""
    return and_(SURELY, FirmFact.valid_from <= day, or_(FirmFact.valid_to.is_(None), FirmFact.valid_to > day))


def at_work(day: date) -> Any:
    """An assignment of a specialist that held at the end of a day in Asia/Shanghai."""
    end = datetime.combine(day + timedelta(days=1), time(), wording.SHANGHAI).astimezone(UTC)
    ended = or_(Assignment.ended_at.is_(None), Assignment.ended_at >= end)
    return and_(Assignment.role == "specialist", Assignment.made_at < end, ended)


def firms(codes: tuple[str, ...], *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of the firms with a fact of one of these codes."""
    return select(FirmFact.enterprise_id).where(FirmFact.code.in_(codes), *conditions)


def population(path: str, day: date, group: Group | None = None) -> Select[Any]:
    """(enterprise_id, division_id) of the firms in scope of a subtree on a day."""
    number = day.toordinal()
    query: Any = select(FirmSpan.enterprise_id, FirmSpan.division_id).where(
        FirmSpan.from_day <= number,
        FirmSpan.to_day > number,
        FirmSpan.division_id.in_(select(Division.id).where(Division.path.startswith(path))),
    )
    if group:
        query = query.where(FirmSpan.enterprise_id.in_(firms(group.codes, holds(day))))
    if group and group.above_scale:
        query = query.where(FirmSpan.enterprise_id.in_(_above_scale()))
    found: Select[Any] = query
    return found


def _above_scale() -> Select[Any]:
    revenue = cast(Enterprise.profile["revenue"].as_string(), Numeric)
    return select(Enterprise.id).where(Enterprise.industry.in_(IN_ROW), revenue >= SIZES.above_scale_revenue)


def rows(measure: Measure, path: str, period: Period) -> Select[Any]:
    """(enterprise_id, division_id, num, den, said): one row a firm or thing; ``num`` and ``den`` are summed.

    Of a rate a row without ``num`` is in the denominator alone. ``said``: what is listed with it. Not for sums
    and means: see `measure_figures`.
    """
    if measure.way == "things":
        return _things(measure, path, period)
    scope = population(path, period.day, measure.group).subquery()
    if measure.way == "cells":
        return _verdicts(measure, scope, period.day)
    if measure.way == "each":
        return _figures(measure, scope, period.day)
    if measure.way == "specialists":
        served = select(Assignment.enterprise_id).where(at_work(period.day))
        return _of(scope, case((scope.c.enterprise_id.in_(served), 1), else_=0))
    hit: ColumnElement[bool] = scope.c.enterprise_id.in_(_counted(measure, period))
    if measure.having == "verdict":
        hit = scope.c.enterprise_id.in_(select(VerdictSpan.enterprise_id).where(*_best(period.day)))
    if measure.way == "share":
        hit = or_(hit, _submitted(scope, period)) if measure.having == "transformed" else hit
        return _of(scope, case((hit, 1), else_=0))
    if measure.way == "gained":
        before = firms(measure.codes, holds(period.since - timedelta(days=1)))
        hit = and_(hit, scope.c.enterprise_id.not_in(before))
    return _of(scope, literal(1)).where(hit)


def _of(scope: Any, num: Any) -> Select[Any]:
    return select(scope.c.enterprise_id, scope.c.division_id, num.label("num"), literal(1).label("den"), _said(""))


def _said(text: str) -> Any:
    return literal(text).label("said")


def _counted(measure: Measure, period: Period) -> Select[Any]:
    """The firms with what is counted: holding it on the day, or having come to it in the period."""
    came = (SURELY, FirmFact.valid_from >= period.since, FirmFact.valid_from <= period.day)
    within = measure.way == "gained" or measure.having == "transformed"
    return firms(measure.codes, *came) if within else firms(measure.codes, holds(period.day))


def _submitted(scope: Any, period: Period) -> ColumnElement[bool]:
    within = Statement.as_of.between(period.since, period.day)
    return exists().where(Statement.enterprise_id == scope.c.enterprise_id, within)


def _things(measure: Measure, path: str, period: Period) -> Select[Any]:
    """Each thing of each firm in scope once, on the day it came first."""
    scope = population(path, period.day).subquery()
    first = func.min(FirmFact.valid_from)
    return (
        select(
            scope.c.enterprise_id,
            scope.c.division_id,
            literal(1).label("num"),
            literal(1).label("den"),
            FirmFact.value.label("said"),
        )
        .join(FirmFact, FirmFact.enterprise_id == scope.c.enterprise_id)
        .where(FirmFact.code.in_(measure.codes), SURELY)
        .group_by(scope.c.enterprise_id, scope.c.division_id, FirmFact.code, FirmFact.value)
        .having(and_(first >= period.since, first <= period.day))
    )


def _figures(measure: Measure, scope: Any, day: date) -> Select[Any]:
    """A number that each firm has on the day; a firm without one has 0."""
    held = and_(FirmFact.enterprise_id == scope.c.enterprise_id, FirmFact.code == measure.num, holds(day))
    num = func.coalesce(cast(FirmFact.value, BigInteger), 0)
    return (
        select(
            scope.c.enterprise_id,
            scope.c.division_id,
            num.label("num"),
            literal(1).label("den"),
            func.coalesce(FirmFact.value, "").label("said"),
        )
        .select_from(scope)
        .outerjoin(FirmFact, held)
    )


def _best(day: date) -> tuple[ColumnElement[bool], ...]:
    """The best available verdict of the one ruler on a day."""
    number, v = day.toordinal(), VerdictSpan
    ruler = select(Term.id).where(Term.kind == "ruler", Term.name == RULER).scalar_subquery()
    return v.ruler_id == ruler, v.best == 1, v.from_day <= number, v.to_day > number


def _verdicts(measure: Measure, scope: Any, day: date) -> Select[Any]:
    """The best available verdict of each firm that has one, and what it says of the rate."""
    known, num = _rate(measure.rate)
    return (
        select(scope.c.enterprise_id, scope.c.division_id, num.label("num"), literal(1).label("den"), _said(""))
        .join(VerdictSpan, VerdictSpan.enterprise_id == scope.c.enterprise_id)
        .where(*_best(day), known)
    )


def _rate(rate: str) -> tuple[ColumnElement[bool], Any]:
    """(is known, what is summed): 关键工序数控化率 in ppm rounded half-up, as in `scoring.coverage`; else 1 for yes."""
    v = VerdictSpan
    if rate == "cnc":
        num, den = cast(v.cnc_num, BigInteger), cast(v.cnc_den, BigInteger)
        return v.cnc_den > 0, (2 * PPM * num + den) // (2 * den)
    if rate == "tools":  # without own design (不适用) it is a no
        return or_(v.tools >= 0, v.no_design == 1), case((v.tools == 1, 1), else_=0)
    return v.management >= 0, v.management
