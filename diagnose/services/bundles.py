"""打包: the documents of many firms as one ZIP, from being asked for to its end; and who sees it.

The parts: bundle_piece (the documents of one firm), bundle_make (all of them, then the ZIP, then the rows).
"""

import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Bundle, Job
from diagnose.models.job import CANCELLED, DONE, FAILED, RUNNING
from diagnose.services import jobs
from diagnose.services.bundle_make import carry_out
from diagnose.services.bundle_piece import FOLDER, RULES, Place
from diagnose.services.jobs import INTERRUPTED

QUEUED = "queued"
GONE = "gone"
GOES_ON = (FAILED, INTERRUPTED)
DAY = timedelta(days=1)


def ask(
    session: Session, who: Account, kind: str, formats: list[str], firms: list[int], root: str, now: datetime
) -> Bundle:
    """Put a new one in the queue, for these firms. ``root``: where people find us, for what is printed."""
    row = Bundle(
        by_id=who.id,
        division_id=who.division_id,
        kind=kind,
        formats=formats,
        firms=firms,
        state=QUEUED,
        counts={"root": root},
        asked_at=now,
    )
    session.add(row)
    session.flush()
    return row


def state(where: Place, bundle: Bundle, job: Job | None, now: datetime) -> str:
    """queued, running, done, failed, cancelled, interrupted (its process is dead), or gone: it was cleared away."""
    if bundle.state == DONE:
        return DONE if where.archive(bundle.id).is_file() else GONE
    if bundle.state != RUNNING or job is None:
        return bundle.state
    found = jobs.state(job, now)
    return found if found in (FAILED, INTERRUPTED) else RUNNING


def go_on(where: Place, bundle: Bundle, job: Job | None, now: datetime) -> bool:
    """Put one that was cut off into the queue again; what is ready stays. False when there is nothing to go on with."""
    if state(where, bundle, job, now) not in GOES_ON:
        return False
    bundle.state, bundle.job_id = QUEUED, None
    return True


def cancel(session: Session, where: Place, bundle: Bundle, job: Job | None, now: datetime) -> None:
    """Stop it and clear away what is ready: at once unless it runs, else as soon as the job looks."""
    found = state(where, bundle, job, now)
    if found == RUNNING and bundle.job_id:
        jobs.ask_to_stop(session, bundle.job_id)
    elif found in (QUEUED, *GOES_ON):
        bundle.state, bundle.ended_at = CANCELLED, now
        clear_away(where, bundle.id)


def waiting(engine: Engine) -> list[int]:
    """What a worker that starts has to do: all in the queue, and what another one, now dead, had taken."""
    with writing(engine) as session:
        session.execute(update(Bundle).where(Bundle.state == RUNNING).values(state=QUEUED, job_id=None))
        return list(session.scalars(select(Bundle.id).where(Bundle.state == QUEUED).order_by(Bundle.id)))


def run(where: Place, bundle_id: int, address: str) -> None:
    """Make one that waits; one that does not wait any more is left alone. What goes wrong stands in its job."""
    found = _claim(where, bundle_id)
    if found is None:
        return
    bundle, who = found
    total = len(bundle.firms)
    with (
        suppress(jobs.Cancelled, jobs.Refused),
        jobs.running(where.engine, "bundle", who.id, total, address=address) as job,
    ):
        _set(where, bundle_id, job_id=job.id)
        try:
            carry_out(where, bundle, who, job)
        except jobs.Cancelled:
            clear_away(where, bundle_id)
            _set(where, bundle_id, state=CANCELLED, ended_at=wording.now())
            raise


def _claim(where: Place, bundle_id: int) -> tuple[Bundle, Account] | None:
    """Only one of two workers gets it, and only while its officer is still responsible there."""
    with writing(where.engine) as session:
        claimed = update(Bundle).where(Bundle.id == bundle_id, Bundle.state == QUEUED).values(state=RUNNING)
        if session.scalar(claimed.returning(Bundle.id)) is None:
            return None
        bundle = session.get_one(Bundle, bundle_id)
        who = session.get_one(Account, bundle.by_id)
        if not who.active or who.division_id != bundle.division_id:
            bundle.state, bundle.ended_at = CANCELLED, wording.now()
            clear_away(where, bundle_id)
            return None
        assert who.division  # read now: the session ends here
        return bundle, who


def _set(where: Place, bundle_id: int, **values: object) -> None:
    with writing(where.engine) as session:
        session.execute(update(Bundle).where(Bundle.id == bundle_id).values(**values))


def clear_away(where: Place, bundle_id: int) -> None:
    """Delete what is ready of one."""
    shutil.rmtree(where.of(bundle_id), ignore_errors=True)


def clear(engine: Engine, var: Path, now: datetime) -> int:
    """Delete the files of those that ended, or were asked for and cut off, so many days ago; returns how many."""
    before, cleared = now - DAY * RULES["kept_days"], 0
    folders = list((var / FOLDER).glob("*"))  # before the rows: what is asked for meanwhile is not looked at
    with reading(engine) as session:
        lately = (Bundle.ended_at >= before) | (Bundle.ended_at.is_(None) & (Bundle.asked_at >= before))
        kept = {str(id_) for id_ in session.scalars(select(Bundle.id).where(lately))}
    for folder in folders:
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
            cleared += 1
    return cleared


def of_officer(session: Session, who: Account, limit: int = 50) -> list[tuple[Bundle, Job | None]]:
    """Those of the officers of this one's division, newest first."""
    query = select(Bundle, Job).outerjoin(Job, Job.id == Bundle.job_id).where(_mine(who)).order_by(Bundle.id.desc())
    return [(bundle, job) for bundle, job in session.execute(query.limit(limit))]


def find(session: Session, who: Account, bundle_id: int, lock: bool = False) -> tuple[Bundle, Job | None] | None:
    """One of them."""
    query = select(Bundle).where(Bundle.id == bundle_id, _mine(who))
    bundle = session.scalar(query.with_for_update() if lock else query)
    if bundle is None:
        return None
    return bundle, session.get(Job, bundle.job_id) if bundle.job_id else None


def _mine(who: Account) -> Any:
    """An officer who was given another division leaves what was made of the old one behind."""
    return Bundle.division_id == who.division_id
