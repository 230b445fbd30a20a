"""数据体检: look at firms batch by batch, keep what is doubtful as flags. A flag never changes a score.

A flag is known by its fingerprint: the same doubt on the same figures is one flag, settled or not; one that no longer
holds is gone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Engine, insert, select, update
from sqlalchemy.orm import Session, joinedload

from diagnose import wording
from diagnose.access import Right, asker, in_scope
from diagnose.catalog import Catalog
from diagnose.db import reading, writing
from diagnose.models import Account, Diagnosis, Enterprise, Flag, Job
from diagnose.models.enterprise import OPEN
from diagnose.models.people import OFFICER
from diagnose.services import checkup_peers, firm_facts, jobs
from diagnose.services.checkup_find import Case, Judged, doubts
from diagnose.services.checkup_rules import Doubt
from diagnose.services.facts import merge, plain, statements_of
from diagnose.texts import say

BATCH = 2000
KIND = "checkup"
ADDRESS = "/district/checkup/"


@dataclass
class Tally:
    """How a run went: firms looked at, flags raised anew, still standing, gone."""

    firms: int = 0
    raised: int = 0
    standing: int = 0
    gone: int = 0

    @property
    def text(self) -> str:
        """For the job's page."""
        numbers = {name: wording.thousands(value) for name, value in vars(self).items()}
        return say("checkup_done", **numbers)


def run(engine: Engine, catalog: Catalog, officer: Account | None, job: jobs.Run) -> Tally:
    """Look at all firms in scope of an officer's subtree, or at all there are; ``job`` shows how far it is."""
    tally = Tally()
    with reading(engine) as session:
        job.expect(len(ids := firms(session, officer)))
        far = checkup_peers.far(session, catalog)
    for start in range(0, len(ids), BATCH):
        job.stop_if_asked()
        part = ids[start : start + BATCH]
        with reading(engine) as session:
            found = {id_: [*doubts(catalog, case), *far.get(id_, ())] for id_, case in cases(session, part).items()}
        with writing(engine) as session:
            _keep(session, found, wording.now(), tally)
        tally.firms += len(part)
        job.advance(len(part))
    job.message = tally.text
    return tally


def run_for(engine: Engine, catalog: Catalog, officer_id: int) -> None:
    """The same as a job that an officer asked for; whoever is none any more gets nothing."""
    with reading(engine) as session:
        officer = session.scalar(
            select(Account).options(joinedload(Account.division)).where(Account.id == officer_id, Account.active)
        )
    if officer is None or officer.role != OFFICER:
        return
    with jobs.running(engine, KIND, officer.id, quiet=True, address=ADDRESS) as job:
        run(engine, catalog, officer, job)


def last_run(session: Session, officer_id: int) -> Job | None:
    """The newest run that an officer asked for."""
    query = select(Job).where(Job.kind == KIND, Job.started_by_id == officer_id).order_by(Job.id.desc())
    return session.scalars(query.limit(1)).first()


def firms(session: Session, officer: Account | None) -> list[int]:
    """The firms that are looked at: verified and open, of the officer's subtree."""
    place: ColumnElement[Any] = in_scope(officer, Right.MANAGE) if officer else Enterprise.id > 0
    query = select(Enterprise.id).where(Enterprise.verified, Enterprise.status == OPEN, place).order_by(Enterprise.id)
    return list(session.scalars(query, asker(officer) if officer else {}))


def cases(session: Session, ids: Sequence[int]) -> dict[int, Case]:
    """What is known of these firms, in a handful of queries whatever their number."""
    found = {id_: Case() for id_ in ids}
    for kind in ("self", "onsite"):
        rows = statements_of(session, ids, kind)
        for id_, stated in groupby(rows, key=lambda row: row.enterprise_id):
            case = found[id_]
            setattr(case, "own" if kind == "self" else "onsite", _days(list(stated)))
        session.expunge_all()
    for id_, known in firm_facts.facts_of_many(session, ids).items():
        found[id_].known = known
    for id_, kind, name, judged in _verdicts(session, ids):
        found[id_].verdicts[kind, name] = judged
    return found


def _days(stated: list[Any]) -> list[Any]:
    """What held on the last two days of statement, the later one last."""
    days = sorted({row.as_of for row in stated})[-2:]
    return [(day, plain(merge(row for row in stated if row.as_of <= day))) for day in days]


def _verdicts(session: Session, ids: Collection[int]) -> Iterator[tuple[int, str, str, Judged]]:
    """Verdicts in the order in which later ones replace earlier ones."""
    row = Diagnosis
    query = select(row.enterprise_id, row.kind, row.scheme, row.edition, row.score, row.level)
    query = query.where(row.enterprise_id.in_(ids)).order_by(row.as_of, row.known_at, row.id)
    for id_, kind, scheme, edition, score, level in session.execute(query):
        yield id_, kind, f"{scheme}/{edition}", Judged(score, level)


def _keep(session: Session, found: dict[int, list[Doubt]], now: datetime, tally: Tally) -> None:
    """Bring the flags of these firms in line with what was found."""
    there: dict[tuple[int, str], Any] = {}
    doubled: list[int] = []
    columns = (Flag.id, Flag.enterprise_id, Flag.fingerprint, Flag.gone_at, Flag.settled_at, Flag.detail)
    for row in session.execute(select(*columns).where(Flag.enterprise_id.in_(found)).order_by(Flag.id)):
        if there.setdefault((row.enterprise_id, row.fingerprint), row) is not row and row.gone_at is None:
            doubled.append(row.id)
    wanted = {(id_, one.fingerprint): one for id_, several in found.items() for one in several}
    new = [_row(key, one, now) for key, one in wanted.items() if key not in there]
    if new:
        session.execute(insert(Flag), new)
    changed = [_again(there[key], one) for key, one in wanted.items() if key in there and _differs(there[key], one)]
    if changed:
        session.execute(update(Flag), changed)
    gone = [row.id for key, row in there.items() if key not in wanted and row.gone_at is None]
    _leave(session, gone + doubled, now)
    tally.raised += len(new)
    tally.gone += len(gone)
    tally.standing += sum(key in there and there[key].settled_at is None for key in wanted)


def _row(key: tuple[int, str], doubt: Doubt, now: datetime) -> dict[str, Any]:
    id_, fingerprint = key
    return {
        "enterprise_id": id_,
        "code": doubt.code,
        "detail": doubt.detail,
        "fingerprint": fingerprint,
        "found_at": now,
        "note": "",
    }


def _differs(row: Any, doubt: Doubt) -> bool:
    """It is back, or its peers have moved on."""
    return row.gone_at is not None or (row.settled_at is None and row.detail != doubt.detail)


def _again(row: Any, doubt: Doubt) -> dict[str, Any]:
    return {"id": row.id, "gone_at": None, "detail": row.detail if row.settled_at else doubt.detail}


def _leave(session: Session, ids: Sequence[int], now: datetime) -> None:
    for start in range(0, len(ids), BATCH):
        session.execute(update(Flag).where(Flag.id.in_(ids[start : start + BATCH])).values(gone_at=now))
