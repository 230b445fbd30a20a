"""数字画像: the dated facts of one firm, as of one day, as known at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Statement


@dataclass(frozen=True)
class DatedFact:
    """One fact with its two clocks and where it comes from."""

    value: Any
    as_of: date
    recorded_at: datetime
    source: str
    statement: int


def facts_at(session: Session, enterprise_id: int, kind: str, as_of: date, known_at: datetime) -> dict[str, DatedFact]:
    """For each code the latest as_of, then the latest recorded_at, among the statements of one kind.

    Only statements with as_of ≤ ``as_of`` and recorded_at ≤ ``known_at`` count; kinds never fill each other's gaps.
    """
    rows = session.scalars(
        select(Statement)
        .where(
            Statement.enterprise_id == enterprise_id,
            Statement.kind == kind,
            Statement.as_of <= as_of,
            Statement.recorded_at <= known_at,
        )
        .order_by(Statement.as_of, Statement.recorded_at, Statement.id)
    )
    facts: dict[str, DatedFact] = {}
    for row in rows:
        for code, value in row.answers.items():
            facts[code] = DatedFact(value, row.as_of, row.recorded_at, row.source, row.id)
    return facts


def plain(facts: Mapping[str, DatedFact]) -> dict[str, Any]:
    """Just the values by code."""
    return {code: fact.value for code, fact in facts.items()}
