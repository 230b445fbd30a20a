"""What verdicts and firms got only later: filled in for rows that are older than it."""

from typing import Any

from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.orm import Session

from diagnose.db import writing
from diagnose.models import Diagnosis, Enterprise, Statement
from diagnose.services.facts import merge, plain
from diagnose.services.figures import figures
from diagnose.services.sizes import size_place

BATCH = 1000


def fill_figures(engine: Engine) -> None:
    """Give every verdict without figures its own; the numbers of a verdict itself never change."""
    last: int | None = 0
    while last is not None:
        with writing(engine) as session:
            last = _some_figures(session, last)


def _some_figures(session: Session, after: int) -> int | None:
    """One batch; the last id of it."""
    query = select(Diagnosis.id, Diagnosis.statements, Diagnosis.result)
    query = query.where(Diagnosis.figures.is_(None), Diagnosis.id > after).order_by(Diagnosis.id).limit(BATCH)
    rows = session.execute(query).all()
    read = {id_ for row in rows for id_ in row.statements}
    stated = {one.id: one for one in session.scalars(select(Statement).where(Statement.id.in_(read)))}
    found = [(row.id, figures(row.result["dimensions"], _facts(stated, row.statements))) for row in rows]
    filled = [{"key": id_, "made": made} for id_, made in found]
    if filled:
        # Core, for the ORM refuses any change of a verdict.
        table: Any = Diagnosis.__table__
        session.connection().execute(
            update(table).where(table.c.id == bindparam("key")).values(figures=bindparam("made")), filled
        )
    return rows[-1].id if len(rows) == BATCH else None


def _facts(stated: dict[int, Statement], ids: list[int]) -> dict[str, Any]:
    """The facts a verdict read; its statements are listed in the order in which later ones replace earlier ones."""
    return plain(merge(stated[id_] for id_ in ids if id_ in stated))


def fill_sizes(engine: Engine) -> None:
    """Put down the size class of every firm."""
    last: int | None = 0
    while last is not None:
        with writing(engine) as session:
            last = _some_sizes(session, last)


def _some_sizes(session: Session, after: int) -> int | None:
    query = select(Enterprise.id, Enterprise.industry, Enterprise.profile, Enterprise.size)
    rows = session.execute(query.where(Enterprise.id > after).order_by(Enterprise.id).limit(BATCH)).all()
    found = [(row, size_place(row.industry, row.profile)) for row in rows]
    changed = [{"key": row.id, "made": size} for row, size in found if size != row.size]
    if changed:
        table: Any = Enterprise.__table__
        session.connection().execute(
            update(table).where(table.c.id == bindparam("key")).values(size=bindparam("made")), changed
        )
    return rows[-1].id if len(rows) == BATCH else None
