"""The audit log for people to read: who did what and when, newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, AuditEntry, Enterprise
from diagnose.texts import TEXTS, say
from diagnose.wording import SHANGHAI

PAGE = 50
WORDS = TEXTS.starting("audit_")


@dataclass(frozen=True)
class Deed:
    """One entry in words. ``file`` is a public id; ``firm`` its name, where whoever reads may know it."""

    number: int
    at: datetime
    who: str
    role: str
    what: str
    file: str | None
    firm: str | None
    hash: str


@dataclass(frozen=True)
class Page:
    """Deeds, newest first; ``older`` is the number before which the next page goes on, None at the end."""

    deeds: Sequence[Deed]
    older: int | None


def of_file(session: Session, enterprise: Enterprise, before: int | None = None) -> Page:
    """What was done to one file and to those merged into it; without their names, the reader is in the file."""
    own = select(Enterprise.public_id).where(
        or_(Enterprise.id == enterprise.id, Enterprise.merged_into_id == enterprise.id)
    )
    return _page(session, _query(None).where(AuditEntry.file.in_(own)), before)


def of_place(
    session: Session, officer: Account, action: str = "", day: date | None = None, before: int | None = None
) -> Page:
    """What was done in an officer's subtree, of one kind and on one day if asked."""
    place = officer.division.path if officer.division else "-"
    query = _query(officer).where(AuditEntry.place.startswith(place))
    if action:
        query = query.where(AuditEntry.action == action)
    if day:
        start = datetime.combine(day, time(), SHANGHAI)
        query = query.where(AuditEntry.at >= start, AuditEntry.at < start + timedelta(days=1))
    return _page(session, query, before, asker(officer))


def of_all(session: Session, before: int | None = None) -> Page:
    """Everything, without the names of firms."""
    return _page(session, _query(None), before)


def _query(officer: Account | None) -> Any:
    """Entries with the account that did it and, for an officer, the name of a firm in scope."""
    people: Any = select(AuditEntry, Account.name, Enterprise.name if officer else Account.id)
    people = people.outerjoin(Account, Account.id == AuditEntry.actor_id)
    if officer:
        known = (Enterprise.public_id == AuditEntry.file) & in_scope(officer, Right.READ)
        people = people.outerjoin(Enterprise, known)
    return people.order_by(AuditEntry.id.desc())


def _page(session: Session, query: Any, before: int | None, values: dict[str, Any] | None = None) -> Page:
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = session.execute(query.limit(PAGE + 1), values or {}).all()
    deeds = [_deed(entry, name, firm if values else None) for entry, name, firm in rows[:PAGE]]
    return Page(deeds, deeds[-1].number if len(rows) > PAGE else None)


def _deed(entry: AuditEntry, name: str | None, firm: str | None) -> Deed:
    what = WORDS.get(entry.action) or say("log_other")
    role = say(f"role_{entry.actor_role}") if entry.actor_role else ""
    return Deed(entry.id, entry.at, _who(entry, name), role, what, entry.file, firm, entry.hash)


def _who(entry: AuditEntry, name: str | None) -> str:
    """Somebody by name; without an account it is the holder of the file's link, or a command."""
    if entry.actor_id is not None:
        return name or say("log_gone")
    return say("log_holder") if entry.file else say("log_system")
