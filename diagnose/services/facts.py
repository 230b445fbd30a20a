"""数字画像: the dated facts of one firm, as of one day, as known at one moment."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Diagnosis, Statement
from diagnose.models.visit import ADOPTED


@dataclass(frozen=True)
class DatedFact:
    """One fact with its two clocks and where it comes from."""

    value: Any
    as_of: date
    recorded_at: datetime
    source: str
    statement: int


def statements_at(session: Session, enterprise_id: int, kind: str, as_of: date, known_at: datetime) -> list[Statement]:
    """The statements of one kind with as_of ≤ ``as_of`` and recorded_at ≤ ``known_at``, later ones last."""
    return known(statements_of(session, [enterprise_id], kind), as_of, known_at)


def facts_at(session: Session, enterprise_id: int, kind: str, as_of: date, known_at: datetime) -> dict[str, DatedFact]:
    """For each code the latest as_of, then the latest recorded_at, among the statements of one kind.

    Kinds never fill each other's gaps.
    """
    return merge(statements_at(session, enterprise_id, kind, as_of, known_at))


def facts_read(session: Session, diagnosis: Diagnosis) -> dict[str, DatedFact]:
    """The facts one verdict stands on: those of the statements it lists, whatever was stated since."""
    rows = statements_of(session, [diagnosis.enterprise_id], diagnosis.kind)
    return merge(row for row in rows if row.id in diagnosis.statements)


def statements_of(session: Session, enterprise_ids: Collection[int], kind: str) -> list[Statement]:
    """All statements of one kind of some firms, in the order in which later facts replace earlier ones."""
    rows = session.scalars(
        select(Statement)
        .where(Statement.enterprise_id.in_(enterprise_ids), Statement.kind == kind)
        .order_by(Statement.enterprise_id, Statement.as_of, Statement.recorded_at, Statement.id)
    )
    return list(rows)


def known(statements: Iterable[Statement], as_of: date, known_at: datetime) -> list[Statement]:
    """As ``statements_at``, from statements at hand."""
    return [row for row in statements if row.as_of <= as_of and row.recorded_at <= known_at]


def merge(statements: Iterable[Statement]) -> dict[str, DatedFact]:
    """The facts of statements in order: for each code the last one; a code stated as null is withdrawn."""
    facts: dict[str, DatedFact] = {}
    for row in statements:
        for code, value in row.answers.items():
            source = ADOPTED if code in row.adopted else row.source
            facts[code] = DatedFact(value, row.as_of, row.recorded_at, source, row.id)
    return {code: fact for code, fact in facts.items() if fact.value is not None}


def plain(facts: Mapping[str, DatedFact]) -> dict[str, Any]:
    """Just the values by code."""
    return {code: fact.value for code, fact in facts.items()}
