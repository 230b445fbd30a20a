"""The words that rows of numbers name by an id: chains (产业链), localities (园区、街道) and rulers."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, exists, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from diagnose.models import Diagnosis, FirmFact, Term
from diagnose.services.span_truth import NAMED
from diagnose.upsert import dialect


def term(session: Session, kind: str, name: str) -> int:
    """The id of a word of this kind (chain, locality, ruler), which is made when it is missing."""
    query = select(Term.id).where(Term.kind == kind, Term.name == name)
    found = session.scalar(query)
    if found is None:
        session.execute(_new(dialect(session)).values(kind=kind, name=name))
        found = session.scalars(query).one()
    return found


def terms(session: Session, kind: str) -> dict[int, str]:
    """All words of a kind by id."""
    rows = session.execute(select(Term.id, Term.name).where(Term.kind == kind)).all()
    return {row.id: row.name for row in rows}


def ruler_id(session: Session, name: str) -> int:
    """The id of a ruler, ``scheme/edition``; 0 while there is no verdict of it, for this is also asked by readers."""
    return session.scalar(select(Term.id).where(Term.kind == "ruler", Term.name == name)) or 0


def name_all(session: Session, ids: Collection[int] | None) -> None:
    """Give a term to every ruler, chain and locality of these firms, or of all."""
    ruler: Any = Diagnosis.scheme + "/" + Diagnosis.edition
    verdicts: Any = select(literal("ruler"), ruler)
    _name(session, ids, verdicts, Diagnosis.enterprise_id, "ruler", ruler)
    for code in NAMED:
        fact: Any = select(literal(code), FirmFact.value).where(FirmFact.code == code, FirmFact.withdrawn_at.is_(None))
        _name(session, ids, fact, FirmFact.enterprise_id, code, FirmFact.value)


def _name(session: Session, ids: Collection[int] | None, query: Select[Any], owner: Any, kind: str, name: Any) -> None:
    if ids is not None:
        query = query.where(owner.in_(list(ids)))
    there = exists().where(and_(Term.kind == kind, Term.name == name))
    for _, word in sorted(tuple(row) for row in session.execute(query.where(~there).distinct())):
        session.execute(_new(dialect(session)).values(kind=kind, name=word))


@cache
def _new(name: str) -> Any:
    """A term, unless somebody else has just made it."""
    kind: Any = postgresql if name == "postgresql" else sqlite
    return kind.insert(Term).on_conflict_do_nothing()
