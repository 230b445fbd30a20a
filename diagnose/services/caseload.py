"""How much advisors have to do, and whether there are enough 服务专员."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from math import ceil

from sqlalchemy import ColumnElement, case, distinct, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from diagnose import wording
from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, Assignment, Enterprise, Visit
from diagnose.models.enterprise import OPEN
from diagnose.models.people import ADVISOR
from diagnose.models.visit import ENDED, FINAL

SPECIALIST = "specialist"


@dataclass(frozen=True)
class Load:
    """What one advisor has to do: open firms (assigned, no onsite result yet), open visits, late ones of the firms."""

    account: Account
    firms: int
    visits: int
    overdue: int


@dataclass(frozen=True)
class Staffing:
    """专员配备 of a scope: open verified firms, specialists needed and there, firms that have one."""

    firms: int
    needed: int
    specialists: int
    served: int


def caseload(session: Session, accounts: Collection[Account]) -> list[Load]:
    """The work of some advisors, wherever their firms are."""
    ids = [account.id for account in accounts]
    firms = _by_account(session, Assignment.account_id, ids, *_open_firms(ADVISOR))
    late = _by_account(session, Assignment.account_id, ids, *_open_firms(ADVISOR), _late(wording.today()))
    visits = _by_account(session, Visit.advisor_id, ids, Visit.state.not_in(ENDED))
    return [
        Load(account, firms.get(account.id, 0), visits.get(account.id, 0), late.get(account.id, 0))
        for account in accounts
    ]


def loads(session: Session, account_ids: Collection[int], role: str = ADVISOR) -> dict[int, int]:
    """Open firms of each of these people: as 服务专员 all they have, as 顾问 those without an onsite result yet."""
    found = _by_account(session, Assignment.account_id, account_ids, *_open_firms(role))
    return dict.fromkeys(account_ids, 0) | found


def _by_account(
    session: Session, column: InstrumentedAttribute[int], ids: Collection[int], *where: ColumnElement[bool]
) -> dict[int, int]:
    query = select(column, func.count()).where(column.in_(ids), *where).group_by(column)
    return dict(session.execute(query).all())


def _open_firms(role: str) -> tuple[ColumnElement[bool], ...]:
    """Current assignments to open firms; as 顾问 only until their visit of the firm is final."""
    firm_is_open = exists().where(Enterprise.id == Assignment.enterprise_id, Enterprise.status == OPEN)
    live = (Assignment.role == role, Assignment.ended_at.is_(None), firm_is_open)
    return (*live, ~_visited()) if role == ADVISOR else live


def _visited() -> ColumnElement[bool]:
    return exists().where(
        Visit.enterprise_id == Assignment.enterprise_id,
        Visit.advisor_id == Assignment.account_id,
        Visit.created_at >= Assignment.made_at,
        Visit.state == FINAL,
    )


def _late(today: date) -> ColumnElement[bool]:
    """The assignment's due day has passed, or that of an open visit."""
    late_visit = exists().where(
        Visit.enterprise_id == Assignment.enterprise_id,
        Visit.advisor_id == Assignment.account_id,
        Visit.state.not_in(ENDED),
        Visit.due_on < today,
    )
    return or_(Assignment.due_on < today, late_visit)


def staffing(session: Session, officer: Account, firms_each: int) -> Staffing:
    """专员配备 in an officer's scope: one specialist needed for every ``firms_each`` firms, rounded up."""
    row = session.execute(
        select(
            func.count(distinct(Enterprise.id)),
            func.count(distinct(Assignment.account_id)),
            func.count(distinct(case((Assignment.id.is_not(None), Enterprise.id)))),
        )
        .select_from(Enterprise)
        .outerjoin(
            Assignment,
            (Assignment.enterprise_id == Enterprise.id)
            & (Assignment.role == SPECIALIST)
            & Assignment.ended_at.is_(None),
        )
        .where(in_scope(officer, Right.MANAGE), Enterprise.status == OPEN, Enterprise.verified),
        asker(officer),
    ).one()
    return Staffing(row[0], ceil(row[0] / firms_each), row[1], row[2])
