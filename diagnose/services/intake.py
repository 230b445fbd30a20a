"""导入: an import from waiting in the queue to its end, and who sees it.

The parts: intake_upload (a file comes in), intake_fields (which column is what), intake_cells, intake_rows,
intake_facts (what stands in it), intake_firms and intake_answers (what that changes), intake_check, intake_write.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from diagnose.db import writing
from diagnose.models import Account, Intake, Job
from diagnose.models.intake import CANCELLED, QUEUED, REFUSED, RUNNING, UPLOADED
from diagnose.models.job import FAILED
from diagnose.services import jobs
from diagnose.services.intake_files import Place
from diagnose.services.intake_write import carry_out
from diagnose.services.jobs import INTERRUPTED

STARTABLE = (UPLOADED, FAILED, INTERRUPTED, CANCELLED, REFUSED)


def state(intake: Intake, job: Job | None, now: datetime) -> str:
    """uploaded, queued, running, done, refused, cancelled, failed, or interrupted: its process is dead."""
    if intake.state != RUNNING or job is None:
        return intake.state
    found = jobs.state(job, now)
    return found if found in (FAILED, INTERRUPTED, CANCELLED) else RUNNING


def enqueue(intake: Intake, by: int, partly: bool, job: Job | None, now: datetime) -> bool:
    """Put it in the queue, in the name of who starts it; False when it is there, runs, or has been done."""
    if state(intake, job, now) not in STARTABLE:
        return False
    intake.state, intake.by_id, intake.partly, intake.job_id = QUEUED, by, partly, None
    return True


def cancel(session: Session, intake: Intake) -> None:
    """Stop it: at once while it waits, else as soon as the job looks."""
    if intake.state == QUEUED:
        intake.state = CANCELLED
    elif intake.state == RUNNING and intake.job_id:
        jobs.ask_to_stop(session, intake.job_id)


def waiting(engine: Engine) -> list[int]:
    """The imports in the queue: a worker that starts looks after those whose message was lost.

    One that was taken but has no job yet was taken by a worker that died: there is only one at a time.
    """
    orphaned = (Intake.state == RUNNING) & Intake.job_id.is_(None)
    with writing(engine) as session:
        session.execute(update(Intake).where(orphaned).values(state=QUEUED))
        return list(session.scalars(select(Intake.id).where(Intake.state == QUEUED).order_by(Intake.id)))


def run(where: Place, intake_id: int, address: str) -> None:
    """Do an import that waits; one that does not wait any more is left alone. What goes wrong stands in its job."""
    found = _claim(where, intake_id)
    if found is None:
        return
    intake, who = found
    with suppress(jobs.Cancelled), jobs.running(where.engine, "intake", who.id, intake.rows, address=address) as job:
        _set(where, intake_id, job_id=job.id)
        try:
            carry_out(where, intake, who, job)
        except BaseException as error:
            where.report(intake_id).unlink(missing_ok=True)  # it tells of changes that were not made
            if isinstance(error, jobs.Cancelled):
                _set(where, intake_id, state=CANCELLED)
            raise


def _claim(where: Place, intake_id: int) -> tuple[Intake, Account] | None:
    """Only one of two workers gets it, and only while its officer is still responsible there."""
    with writing(where.engine) as session:
        claimed = update(Intake).where(Intake.id == intake_id, Intake.state == QUEUED).values(state=RUNNING)
        if session.scalar(claimed.returning(Intake.id)) is None:
            return None
        intake = session.get_one(Intake, intake_id)
        who = session.get_one(Account, intake.by_id)
        if not who.active or who.division_id != intake.division_id:
            intake.state = CANCELLED
            return None
        return intake, who


def _set(where: Place, intake_id: int, **values: object) -> None:
    with writing(where.engine) as session:
        session.execute(update(Intake).where(Intake.id == intake_id).values(**values))


def of_officer(session: Session, who: Account, limit: int = 50) -> list[tuple[Intake, Job | None]]:
    """The imports of the officers of this one's division, newest first."""
    query = select(Intake, Job).outerjoin(Job, Job.id == Intake.job_id).where(_mine(who)).order_by(Intake.id.desc())
    return [(intake, job) for intake, job in session.execute(query.limit(limit))]


def find(session: Session, who: Account, intake_id: int, lock: bool = False) -> tuple[Intake, Job | None] | None:
    """One of them."""
    query = select(Intake).where(Intake.id == intake_id, _mine(who))
    intake = session.scalar(query.with_for_update() if lock else query)
    if intake is None:
        return None
    return intake, session.get(Job, intake.job_id) if intake.job_id else None


def _mine(who: Account) -> Any:
    """An officer who was given another division leaves the lists of the old one behind."""
    return Intake.division_id == who.division_id
