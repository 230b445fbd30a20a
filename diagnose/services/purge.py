"""What is kept no longer than needed: abandoned drafts, expired one-time links, counted tries, receipts of changes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Delete, Engine, delete, exists, or_, select
from sqlalchemy.orm import Session

from diagnose.db import writing
from diagnose.limits import LIMITS
from diagnose.models import (
    Assessment,
    Assignment,
    Attempt,
    DraftAnswer,
    Enterprise,
    Evidence,
    Membership,
    Statement,
    SyncedChange,
    Ticket,
    Visit,
)
from diagnose.models.visit import ENDED
from diagnose.services import audit, bundles, evidence, intake_files, jobs
from diagnose.store import Store
from diagnose.texts import say

DAY = timedelta(days=1)
BATCH = 200


@dataclass
class Purged:
    """How many rows went: files, one-time links, counted tries, receipts."""

    files: int = 0
    tickets: int = 0
    attempts: int = 0
    changes: int = 0


def purge(
    engine: Engine, store: Store, secret: str, now: datetime, quiet: bool = False, var: Path | None = None
) -> Purged:
    """Delete what is due; safe to interrupt and to repeat. ``var``: the data folder, with leftovers of jobs."""
    done = Purged()
    with jobs.running(engine, "purge", quiet=quiet) as run:
        while gone := _files(engine, store, secret, now - DAY * LIMITS["draft_days"]):
            done.files += gone
            run.advance(gone)
        with writing(engine) as session:
            done.tickets = _count(session, delete(Ticket).where(Ticket.expires_at < now))
            done.attempts = _count(session, delete(Attempt).where(Attempt.at < now - DAY))
            ended = select(Visit.assessment_id).where(Visit.state.in_(ENDED))
            done.changes = _count(session, delete(SyncedChange).where(SyncedChange.assessment_id.in_(ended)))
        if var:
            intake_files.clear(var / "intake", now)
            bundles.clear(engine, var, now)
        run.message = say("purged", **vars(done))
    return done


def purge_daily(engine: Engine, store: Store, secret: str, now: datetime, var: Path | None = None) -> None:
    """The same unless it went well within the last day; admins are told only if it fails."""
    before = jobs.last_done(engine, "purge")
    if before is None or now - before >= DAY:
        purge(engine, store, secret, now, quiet=True, var=var)


def abandoned(before: datetime) -> ColumnElement[bool]:
    """Files of nobody known, never submitted, on which nobody works, last touched before that moment."""
    saved = (
        select(DraftAnswer.assessment_id)
        .join(Assessment, Assessment.id == DraftAnswer.assessment_id)
        .where(Assessment.enterprise_id == Enterprise.id, DraftAnswer.saved_at >= before)
    )
    started = exists().where(Assessment.enterprise_id == Enterprise.id, Assessment.started_at >= before)
    others = (exists().where(model.enterprise_id == Enterprise.id) for model in (Membership, Statement, Assignment))
    return (
        Enterprise.link_sha256.is_not(None)
        & ~Enterprise.verified
        & (Enterprise.created_at < before)
        & ~or_(started, saved.exists(), *others)
    )


def _files(engine: Engine, store: Store, secret: str, before: datetime) -> int:
    """One batch in one transaction; what somebody takes up again meanwhile stays."""
    with writing(engine) as session:
        found = select(Enterprise.id).where(abandoned(before)).order_by(Enterprise.id).limit(BATCH)
        ids = list(session.scalars(found.with_for_update()))
        session.execute(select(Assessment.id).where(Assessment.enterprise_id.in_(ids)).with_for_update())
        ids = list(session.scalars(select(Enterprise.id).where(Enterprise.id.in_(ids), abandoned(before))))
        if not ids:
            return 0
        for key in session.scalars(select(Evidence.store_key).where(Evidence.enterprise_id.in_(ids))):
            evidence.drop(store, key)
        session.execute(delete(Enterprise).where(Enterprise.id.in_(ids)))
        audit.record(session, secret, "purge", None, files=len(ids))
    return len(ids)


def _count(session: Session, statement: Delete) -> int:
    """How many rows this deletes."""
    return session.connection().execute(statement).rowcount
