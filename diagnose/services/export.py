"""Everything a file holds, for its owner to take along: plain values, and a hash that proves what they were."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from diagnose.models import (
    Account,
    Assessment,
    Assignment,
    AuditEntry,
    Diagnosis,
    Document,
    DraftAnswer,
    Enterprise,
    EnterpriseChange,
    Evidence,
    Finding,
    FirmFact,
    Membership,
    Notice,
    PathChoice,
    Roadmap,
    RoadmapItem,
    RoadmapNote,
    Statement,
    Visit,
    VisitStep,
)

FIRM = (
    "public_id",
    "credit_code",
    "name",
    "industry",
    "process_type",
    "profile",
    "verified",
    "status",
    "contact_name",
    "contact_phone",
    "created_at",
)
TERM = (Assignment.role, Assignment.made_at, Assignment.ended_at)
# Of a table all columns but these: where the bytes lie and which number an upload had is of no use outside.
LEFT_OUT = ("enterprise_id", "store_key", "change")


def export(session: Session, enterprise: Enterprise) -> dict[str, Any]:
    """The file as plain values for JSON. ``sha256`` is the hash of all but itself and the log; see `fingerprint`."""
    content = _plain(_content(session, enterprise))
    whole: dict[str, Any] = {**content, "log": _plain(_log(session, enterprise)), "sha256": _hash(content)}
    return whole


def fingerprint(session: Session, enterprise: Enterprise) -> str:
    """The ``sha256`` of an export made now: whoever kept one can prove that nothing was in the file beyond it."""
    return _hash(_plain(_content(session, enterprise)))


def _hash(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _content(session: Session, enterprise: Enterprise) -> dict[str, Any]:
    typed = _grouped(session, enterprise, DraftAnswer, ("code", "typed"))
    findings = _grouped(session, enterprise, Finding, ("question", "choice", "note", "saved_at"))
    steps = _steps(session, enterprise)
    return {
        "enterprise": {key: getattr(enterprise, key) for key in FIRM},
        "places": [
            {"division": one.division.name, "code": one.division.code, "from": one.valid_from, "to": one.valid_to}
            for one in enterprise.places
        ],
        "changes": _rows(session, EnterpriseChange, enterprise),
        "members": _people(session, Membership, enterprise, Membership.since),
        "assignments": _people(session, Assignment, enterprise, *TERM),
        "assessments": [
            row
            | {"typed": {one["code"]: one["typed"] for one in typed.get(row["id"], ())}}
            | {"findings": findings.get(row["id"], [])}
            for row in _rows(session, Assessment, enterprise)
        ],
        "statements": _rows(session, Statement, enterprise),
        "diagnoses": _rows(session, Diagnosis, enterprise),
        "visits": [row | {"steps": steps.get(row["id"], [])} for row in _rows(session, Visit, enterprise)],
        "evidence": _rows(session, Evidence, enterprise),
        "facts": _rows(session, FirmFact, enterprise),
        "notices": _notices(session, enterprise),
        "documents": _rows(session, Document, enterprise),
        "path_choices": _rows(session, PathChoice, enterprise),
        "roadmaps": _roadmaps(session, enterprise),
    }


def _rows(session: Session, model: type[Any], enterprise: Enterprise) -> list[dict[str, Any]]:
    columns = [column for column in model.__table__.columns if column.name not in LEFT_OUT]
    query = select(*columns).where(model.enterprise_id == enterprise.id).order_by(model.id)
    return _dicts(session.execute(query))


def _grouped(
    session: Session, enterprise: Enterprise, model: type[Any], names: tuple[str, ...]
) -> dict[int, list[dict[str, Any]]]:
    """The parts of all fillings of the file, by filling."""
    columns = [model.__table__.c[name] for name in names]
    query = (
        select(model.assessment_id, *columns)
        .join(Assessment, Assessment.id == model.assessment_id)
        .where(Assessment.enterprise_id == enterprise.id)
        .order_by(*model.__table__.primary_key)
    )
    return _by_first(session, query)


def _steps(session: Session, enterprise: Enterprise) -> dict[int, list[dict[str, Any]]]:
    query: Any = (
        select(VisitStep.visit_id, VisitStep.state, VisitStep.at, VisitStep.reason, Account.name.label("by"))
        .join(Visit, Visit.id == VisitStep.visit_id)
        .outerjoin(Account, Account.id == VisitStep.by_id)
        .where(Visit.enterprise_id == enterprise.id)
        .order_by(VisitStep.id)
    )
    return _by_first(session, query)


def _roadmaps(session: Session, enterprise: Enterprise) -> list[dict[str, Any]]:
    """The plans with their items, and of each item what was changed."""
    of_firm = Roadmap.enterprise_id == enterprise.id
    items: Any = select(RoadmapItem.roadmap_id, *_others(RoadmapItem, "roadmap_id")).join(Roadmap).where(of_firm)
    notes: Any = select(RoadmapNote.item_id, *_others(RoadmapNote, "item_id"))
    notes = notes.join(RoadmapItem, RoadmapItem.id == RoadmapNote.item_id).join(Roadmap).where(of_firm)
    changes = _by_first(session, notes.order_by(RoadmapNote.id))
    grouped = _by_first(session, items.order_by(RoadmapItem.roadmap_id, RoadmapItem.position))
    for one in (one for each in grouped.values() for one in each):
        one["notes"] = changes.get(one["id"], [])
    return [row | {"items": grouped.get(row["id"], [])} for row in _rows(session, Roadmap, enterprise)]


def _others(model: type[Any], but: str) -> list[Any]:
    return [column for column in model.__table__.columns if column.name != but]


def _by_first(session: Session, query: Any) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(query):
        values = dict(row._mapping)
        found.setdefault(row[0], []).append({name: values[name] for name in list(values)[1:]})
    return found


def _people(session: Session, model: type[Any], enterprise: Enterprise, *columns: Any) -> list[dict[str, Any]]:
    """Who acts for the firm or answers for it: the name, not how that person logs in."""
    query = (
        select(Account.name, *columns)
        .join(Account, Account.id == model.account_id)
        .where(model.enterprise_id == enterprise.id)
        .order_by(*model.__table__.primary_key)
    )
    return _dicts(session.execute(query))


def _notices(session: Session, enterprise: Enterprise) -> list[dict[str, Any]]:
    query = select(Notice.kind, Notice.params, Notice.created_at)
    return _dicts(session.execute(query.where(Notice.enterprise_id == enterprise.id).order_by(Notice.id)))


def _log(session: Session, enterprise: Enterprise) -> list[dict[str, Any]]:
    query = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_role,
            Account.name.label("actor"),
            AuditEntry.action,
            AuditEntry.detail,
            AuditEntry.hash,
        )
        .outerjoin(Account, Account.id == AuditEntry.actor_id)
        .where(AuditEntry.file == enterprise.public_id)
        .order_by(AuditEntry.id)
    )
    return _dicts(session.execute(query))


def _dicts(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in rows]


def _plain(value: Any) -> Any:
    """The same with days and moments as ISO 8601 text."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
