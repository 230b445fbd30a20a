"""What the current request works with: engine, catalog, and the file its holder opened."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort, current_app, request
from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from diagnose import access, db
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Enterprise

# Built once: putting a statement together takes SQLAlchemy longer than running it.
FILE = select(Enterprise).where(*access.HELD)
FILLING = (
    select(Enterprise, Assessment)
    .join(Assessment, Assessment.enterprise_id == Enterprise.id)
    .where(Assessment.id == bindparam("assessment_id"), *access.HELD)
)


def engine() -> Engine:
    """The engine of this app."""
    found: Engine = current_app.extensions["diagnose"].engine
    return found


def catalog() -> Catalog:
    """The definitions of this app."""
    found: Catalog = current_app.extensions["diagnose"].catalog
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


def cookie_name(public_id: str) -> str:
    """Name of the cookie that holds the link's code of one file."""
    return f"file_{public_id}"


def code_held(public_id: str) -> str | None:
    """The 继续填写码 this browser holds for a file."""
    return request.cookies.get(cookie_name(public_id))


def enterprise_or_404(session: Session, public_id: str) -> Enterprise:
    """The file, for its holder; 404 for everyone else, whether or not it exists."""
    found = session.scalar(FILE, access.holder(public_id, code_held(public_id)))
    return found or abort(404)


def locked_or_404(session: Session, public_id: str) -> Enterprise:
    """The file, for its holder who is about to change it: on PostgreSQL others wait until this transaction ends."""
    found = session.scalar(FILE.with_for_update(), access.holder(public_id, code_held(public_id)))
    return found or abort(404)


def assessment_or_404(session: Session, public_id: str, assessment_id: int) -> tuple[Enterprise, Assessment]:
    """One filling of a file, for its holder."""
    holder = access.holder(public_id, code_held(public_id))
    row = session.execute(FILLING, {"assessment_id": assessment_id, **holder}).one_or_none()
    if row is None:
        abort(404)
    return row[0], row[1]
