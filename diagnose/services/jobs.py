"""Long work: one row a run, so that a page shows how far it is, how it ended, or that its process died."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import Account, Job
from diagnose.models.job import CANCELLED, DONE, FAILED, RUNNING
from diagnose.models.people import ADMIN
from diagnose.services import notices
from diagnose.texts import say

BEAT = timedelta(seconds=15)
LOST = 4 * BEAT
ADDRESS = "/admin/jobs"
LONGEST = 2000  # characters of a message
INTERRUPTED = "interrupted"


class Refused(Exception):
    """A job cannot be done; the sentence says why and what to do."""


class Cancelled(Exception):
    """Somebody asked a job to stop, and it did."""


@dataclass
class Run:
    """A job under way. ``message`` is what the page shows of it, at the end how it ended."""

    engine: Engine
    id: int
    message: str = ""
    _ended: threading.Event = field(default_factory=threading.Event)

    def advance(self, count: int = 1) -> None:
        """So much more is done."""
        _change(self.engine, self.id, done=Job.done + count, seen_at=wording.now())

    def expect(self, total: int) -> None:
        """How much there is to do, once that is known."""
        _change(self.engine, self.id, total=total)

    def tell(self, message: str) -> None:
        """What the job is about now, shown beside its bar."""
        _change(self.engine, self.id, message=message)

    def stop_if_asked(self) -> None:
        """Raises Cancelled when somebody has asked for it; a job looks in every batch, and last before it commits."""
        with reading(self.engine) as session:
            if session.scalar(select(Job.cancel_asked).where(Job.id == self.id)):
                raise Cancelled

    def beat(self) -> None:
        """Say every few seconds that the process still lives."""
        while not self._ended.wait(BEAT.total_seconds()):
            with suppress(OperationalError):  # a database that is busy now may answer next time
                _change(self.engine, self.id, seen_at=wording.now())


@contextmanager
def running(
    engine: Engine,
    kind: str,
    by: int | None = None,
    total: int | None = None,
    quiet: bool = False,
    address: str = ADDRESS,
) -> Iterator[Run]:
    """Keep the job's row, in transactions of its own, while the block runs; what the block raises passes through.

    Whoever started it (``by``), or every admin when it was a command, finds a notice of how it ended, which leads to
    ``address``; with ``quiet`` only if it failed. Who asked it to stop knows that, and is not told.
    """
    run = Run(engine, _begin(engine, kind, by, total))
    pulse = threading.Thread(target=run.beat, daemon=True)
    pulse.start()
    failure: BaseException | None = None
    try:
        yield run
    except BaseException as error:
        failure = error
        raise
    finally:
        run._ended.set()
        pulse.join()
        _end(run, kind, by, failure, quiet, address)


def ask_to_stop(session: Session, job_id: int) -> bool:
    """Ask a running job to stop; False when it has ended."""
    asked = update(Job).where(Job.id == job_id, Job.state == RUNNING).values(cancel_asked=True).returning(Job.id)
    return session.scalar(asked) is not None


def state(job: Job, now: datetime) -> str:
    """running, done, failed, cancelled, or interrupted: it says that it runs, but its process is dead."""
    return INTERRUPTED if job.state == RUNNING and now - job.seen_at > LOST else job.state


def latest(session: Session, kind: str | None = None, limit: int = 50) -> list[Job]:
    """The newest runs first."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    return list(session.scalars(query.where(Job.kind == kind) if kind else query))


def last_done(engine: Engine, kind: str) -> datetime | None:
    """When a job of this kind last went well."""
    with reading(engine) as session:
        query = select(Job.ended_at).where(Job.kind == kind, Job.state == DONE).order_by(Job.id.desc()).limit(1)
        return session.scalar(query)


def _begin(engine: Engine, kind: str, by: int | None, total: int | None) -> int:
    now = wording.now()
    with writing(engine) as session:
        job = Job(kind=kind, total=total, started_by_id=by, started_at=now, seen_at=now)
        session.add(job)
        session.flush()
        return job.id


def _change(engine: Engine, job_id: int, **values: object) -> None:
    with writing(engine) as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))


def _end(run: Run, kind: str, by: int | None, failure: BaseException | None, quiet: bool, address: str) -> None:
    now = wording.now()
    stopped = isinstance(failure, Cancelled)
    message = "" if stopped else _reason(failure) if failure else run.message
    how = CANCELLED if stopped else FAILED if failure else DONE
    ended = {"state": how, "message": message[:LONGEST], "seen_at": now, "ended_at": now}
    with writing(run.engine) as session:
        session.execute(update(Job).where(Job.id == run.id).values(**ended))
        if not stopped and (failure or not quiet):
            told = [by] if by else _admins(session)
            notices.tell(session, told, f"job_{how}", address, now, job=say(f"job_{kind}"), message=message)


def _reason(failure: BaseException) -> str:
    """Our own refusals say why; of anything else only the kind is kept: its text may hold what somebody typed."""
    if isinstance(failure, Refused):
        return str(failure)
    return say("job_crashed", kind=type(failure).__name__)


def _admins(session: Session) -> list[int]:
    return list(session.scalars(select(Account.id).where(Account.role == ADMIN, Account.active)))
