"""The national division tree in the database: what the package knows and the table lacks is added, nothing removed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.orm import Session

from diagnose.db import writing
from diagnose.models import Division
from diagnose.services.divisions import national_divisions


def sync_divisions(engine: Engine) -> int:
    """Add missing divisions of GB/T 2260 and return how many; safe when two processes start at once."""
    with writing(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("LOCK TABLE division IN SHARE ROW EXCLUSIVE MODE"))
        rows = list(_missing(session))
        if rows:
            session.execute(insert(Division), rows)
            _move_sequence(session, engine)
    return len(rows)


def _missing(session: Session) -> Iterator[dict[str, Any]]:
    """Rows to insert, parents first, with their ids and paths worked out here: no query a row."""
    known = {
        code: (id_, path) for code, id_, path in session.execute(select(Division.code, Division.id, Division.path))
    }
    next_id = (session.scalar(select(func.max(Division.id))) or 0) + 1
    for seed in national_divisions():
        if seed.code in known:
            continue
        parent_id, parent_path = known[seed.parent_code] if seed.parent_code else (None, "/")
        known[seed.code] = (next_id, f"{parent_path}{next_id}/")
        yield {
            "id": next_id,
            "parent_id": parent_id,
            "code": seed.code,
            "name": seed.name,
            "kind": seed.kind,
            "path": known[seed.code][1],
        }
        next_id += 1


def _move_sequence(session: Session, engine: Engine) -> None:
    """PostgreSQL counts on from where its own sequence stands, not from the ids given above."""
    if engine.dialect.name == "postgresql":
        session.execute(text("SELECT setval(pg_get_serial_sequence('division', 'id'), (SELECT max(id) FROM division))"))
