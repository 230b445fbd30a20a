"""What the current request works with: engine, catalog, who asks, and the file they may open."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import abort, current_app, g, request
from flask_login import current_user
from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from diagnose import access, db
from diagnose.access import Right
from diagnose.catalog import Catalog
from diagnose.models import Account, Assessment, Division, Enterprise
from diagnose.services import audit
from diagnose.store import Store
from diagnose.web.addresses import row_number

FILLING = select(Assessment).where(
    Assessment.id == bindparam("assessment_id"),
    Assessment.enterprise_id == bindparam("enterprise_id"),
    Assessment.kind == bindparam("kind"),
)


def engine() -> Engine:
    """The engine of this app."""
    found: Engine = current_app.extensions["diagnose"].engine
    return found


def catalog() -> Catalog:
    """The definitions of this app."""
    found: Catalog = current_app.extensions["diagnose"].catalog
    return found


def store() -> Store:
    """Where this app keeps the bytes of evidence."""
    found: Store = current_app.extensions["diagnose"].store
    return found


@contextmanager
def reading() -> Iterator[Session]:
    """A read-only session for this request."""
    with db.reading(engine()) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session whose changes are committed at the end of the block."""
    with db.writing(engine()) as session:
        yield session


def account() -> Account | None:
    """Whoever is logged in."""
    return current_user.account if current_user.is_authenticated else None


def account_id() -> int | None:
    """The id of whoever is logged in, for what is signed with it."""
    who = account()
    return who.id if who else None


def cookie_name(public_id: str) -> str:
    """Name of the cookie that holds the link's code of one file."""
    return f"file_{public_id}"


def code_held(public_id: str) -> str | None:
    """The 继续填写码 this browser holds for a file."""
    return request.cookies.get(cookie_name(public_id))


def enterprise_or_404(session: Session, public_id: str, right: Right = Right.READ, lock: bool = False) -> Enterprise:
    """The file, for whoever has this right on it; 404 for everyone else, whether or not it exists.

    ``lock``: the caller is about to change it; on PostgreSQL others wait until this transaction ends.
    """
    code, who = code_held(public_id), account()
    open_ways = access.ways(who.role if who else None, code is not None)
    query = access.file_query(open_ways)
    if lock:
        query = query.with_for_update(of=Enterprise)
    row = session.execute(query, {"public_id": public_id, **access.asker(who, code)}).one_or_none()
    if row is None:
        abort(404)
    found: Enterprise = row[0]
    g.rights = access.rights((way for way, leads in zip(open_ways, row[1:], strict=True) if leads), found.status)
    if right not in g.rights:
        abort(404)
    return found


def assessment_or_404(
    session: Session,
    public_id: str,
    assessment_id: int,
    right: Right = Right.FILL,
    kind: str = "self",
    lock: bool = False,
) -> tuple[Enterprise, Assessment]:
    """One filling of a file, for whoever has this right on the file; ``lock`` as above."""
    enterprise = enterprise_or_404(session, public_id, right, lock)
    found = session.scalar(FILLING, {"assessment_id": assessment_id, "enterprise_id": enterprise.id, "kind": kind})
    return enterprise, found or abort(404)


def division_or_404(session: Session, who: Account, number: str) -> Division:
    """The division of this number, when it is in the officer's subtree; others do not exist here."""
    found = session.get(Division, row_number(number) or 0)
    return found if found and access.oversees(who, found.path) else abort(404)


def record(session: Session, action: str, enterprise: Enterprise | None = None, **detail: Any) -> None:
    """Write into the audit log, in this transaction, what whoever is logged in has done; see services/audit.py."""
    audit.record(session, current_app.config["SECRET_KEY"], action, account(), enterprise, **detail)
