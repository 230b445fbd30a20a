"""Files (档案): started, moved, handed over by link, taken along, erased."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnose.access import digest, new_public_id
from diagnose.models import Assessment, Diagnosis, Division, DraftAnswer, Enterprise, EnterpriseDivision, Statement


@dataclass(frozen=True)
class Firm:
    """What a firm says about itself when it starts or changes its file."""

    credit_code: str
    name: str
    division: Division
    industry: str
    process_type: str
    profile: dict[str, Any]


TWICE = timedelta(minutes=1)  # the same page sent again within this time is a double click or a retried request


def start(session: Session, firm: Firm, code: str, today: date, now: datetime) -> Enterprise | None:
    """A new, unverified file for the holder of ``code``; the same code again at once gives the same file.

    None when the code belongs to an older file or another firm's: an old page was filled in again.
    """
    existing = _started(session, code)
    if existing is None:
        return _insert(session, firm, code, today, now) or _started(session, code)
    same = existing.credit_code == firm.credit_code and now - existing.created_at < TWICE
    return existing if same else None


def _started(session: Session, code: str) -> Enterprise | None:
    return session.scalar(select(Enterprise).where(Enterprise.link_sha256 == digest(code)))


def _insert(session: Session, firm: Firm, code: str, today: date, now: datetime) -> Enterprise | None:
    """None when somebody else's insert of the same code was first."""
    enterprise = Enterprise(
        public_id=new_public_id(),
        link_sha256=digest(code),
        credit_code=firm.credit_code,
        name=firm.name,
        industry=firm.industry,
        process_type=firm.process_type,
        profile=firm.profile,
        created_at=now,
        places=[EnterpriseDivision(division=firm.division, valid_from=today)],
    )
    try:
        with session.begin_nested():
            session.add(enterprise)
    except IntegrityError:
        return None
    return enterprise


def change(enterprise: Enterprise, firm: Firm, today: date) -> None:
    """Take over what the firm says now; a move keeps the place it left, with the day it left."""
    enterprise.name = firm.name
    enterprise.industry = firm.industry
    enterprise.process_type = firm.process_type
    enterprise.profile = firm.profile
    here = enterprise.places[-1]
    if here.division_id == firm.division.id:
        return
    if here.valid_from == today:
        here.division = firm.division
    else:
        here.valid_to = today
        enterprise.places.append(EnterpriseDivision(division=firm.division, valid_from=today))


def replace_link(enterprise: Enterprise, code: str) -> None:
    """From now on only ``code`` opens the file; the old link is void everywhere."""
    enterprise.link_sha256 = digest(code)


def erase(session: Session, enterprise: Enterprise) -> None:
    """Delete the file with everything in it."""
    session.execute(delete(Enterprise).where(Enterprise.id == enterprise.id))


def export(session: Session, enterprise: Enterprise) -> dict[str, Any]:
    """Everything the file holds, as plain values for JSON."""
    places = [
        {"division": place.division.name, "code": place.division.code, "from": place.valid_from, "to": place.valid_to}
        for place in enterprise.places
    ]
    owned = {
        "statements": _rows(session, Statement, enterprise),
        "diagnoses": _rows(session, Diagnosis, enterprise),
        "assessments": [row | {"typed": _typed(session, row["id"])} for row in _rows(session, Assessment, enterprise)],
    }
    firm = {
        key: getattr(enterprise, key)
        for key in ("credit_code", "name", "industry", "process_type", "profile", "verified", "created_at")
    }
    return {"enterprise": firm, "places": places, **owned}


def _rows(session: Session, model: type[Any], enterprise: Enterprise) -> list[dict[str, Any]]:
    rows = session.execute(
        select(*model.__table__.columns).where(model.enterprise_id == enterprise.id).order_by(model.id)
    )
    return [dict(row._mapping) for row in rows]


def _typed(session: Session, assessment_id: int) -> dict[str, list[str]]:
    rows = session.execute(
        select(DraftAnswer.code, DraftAnswer.typed).where(DraftAnswer.assessment_id == assessment_id)
    )
    return {row.code: row.typed for row in rows}
