"""The measures that a database cannot sum up exactly: decimal amounts of a year, and people who each count once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from diagnose.models import Account, Assignment, FirmFact
from diagnose.services.measure_kinds import Measure
from diagnose.services.measure_rows import Period, at_work, population
from scoring.coverage import PPM


@dataclass(frozen=True)
class Amounts:
    """One firm's two figures of a year; None: not stated."""

    enterprise_id: int
    division_id: int
    num: Fraction | None
    den: Fraction | None

    def counts(self, measure: Measure) -> bool:
        """Whether it is part of the rate: both are stated, and a mean needs something to divide by."""
        return self.num is not None and self.den is not None and (measure.way == "sums" or self.den > 0)

    @property
    def ppm(self) -> int:
        """The firm's own ratio in ppm, rounded half-up; only of one that counts for a mean."""
        share = (self.num or Fraction(0)) / (self.den or Fraction(1))
        return int((2 * PPM * share.numerator + share.denominator) // (2 * share.denominator))


def amounts(session: Session, measure: Measure, path: str, period: Period) -> Iterator[Amounts]:
    """The figures of the last full year of each firm of the group."""
    scope = population(path, period.day, measure.group).subquery()
    day = date(period.full_year, 12, 31)
    num, den = (aliased(FirmFact) for _ in range(2))
    query = select(scope.c.enterprise_id, scope.c.division_id, num.value, den.value).select_from(scope)
    for fact, code in ((num, measure.num), (den, measure.den)):
        query = query.outerjoin(fact, _held(fact, scope, code, day))
    for enterprise_id, division_id, *texts in session.execute(query.order_by(scope.c.enterprise_id)):
        yield Amounts(enterprise_id, division_id, *(None if text is None else Fraction(text) for text in texts))


def _held(fact: Any, scope: Any, code: str, day: date) -> Any:
    return and_(
        fact.enterprise_id == scope.c.enterprise_id,
        fact.code == code,
        fact.withdrawn_at.is_(None),
        fact.valid_from <= day,
        or_(fact.valid_to.is_(None), fact.valid_to > day),
    )


def specialists(session: Session, measure: Measure, path: str, period: Period) -> dict[int, frozenset[int]]:
    """Who was at work as 服务专员 at the end of the day, by the division of their firms of the group."""
    scope = population(path, period.day, measure.group).subquery()
    query = (
        select(scope.c.division_id, Assignment.account_id)
        .join(Assignment, Assignment.enterprise_id == scope.c.enterprise_id)
        .where(at_work(period.day))
        .distinct()
    )
    found: dict[int, set[int]] = {}
    for division_id, account_id in session.execute(query):
        found.setdefault(division_id, set()).add(account_id)
    return {division_id: frozenset(people) for division_id, people in found.items()}


def people(session: Session, measure: Measure, path: str, period: Period) -> list[tuple[int, str, int]]:
    """(account id, name, how many firms of the group) of each 服务专员."""
    scope = population(path, period.day, measure.group).subquery()
    firms = func.count(Assignment.enterprise_id.distinct())
    query = (
        select(Account.id, Account.name, firms)
        .join(Assignment, Assignment.account_id == Account.id)
        .join(scope, scope.c.enterprise_id == Assignment.enterprise_id)
        .where(at_work(period.day))
        .group_by(Account.id, Account.name)
        .order_by(firms.desc(), Account.id)
    )
    return [(id_, name, count) for id_, name, count in session.execute(query)]
