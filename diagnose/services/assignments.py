"""指派: who answers for which firm, as 顾问 or 服务专员; one by one, by filter, or balanced by caseload."""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, exists, func, insert, or_, select, true, update
from sqlalchemy.orm import Session

from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, Assignment, Division, Enterprise, Visit
from diagnose.models.enterprise import OPEN
from diagnose.models.people import ADVISOR
from diagnose.models.visit import ENDED
from diagnose.services import visits
from diagnose.services.caseload import SPECIALIST, loads
from diagnose.services.visit_rules import RULES

ROLES = (ADVISOR, SPECIALIST)
MOST: int = RULES["most_at_once"]


class TooMany(ValueError):
    """More firms than are assigned in one go (``MOST``)."""


class Changed(ValueError):
    """Somebody else assigned meanwhile; nothing was changed."""


@dataclass(frozen=True)
class Result:
    """What assigning did: firms that got the person anew, and visits that went over to them."""

    firms: tuple[int, ...]
    visits: int


@dataclass(frozen=True)
class Counts:
    """Firms that a filter matches, and by role those without anybody."""

    firms: int
    free: Mapping[str, int]


@dataclass(frozen=True)
class Wish:
    """The firms that fulfil ``where``, spread over ``accounts``.

    ``replace``: also those that others have; ``hand_over``: with the open visits of those.
    """

    where: ColumnElement[bool]
    role: str
    accounts: Sequence[int]
    due_on: date | None
    replace: bool = False
    hand_over: bool = True


def spread(loads: Mapping[int, int], firms: Iterable[int]) -> dict[int, list[int]]:
    """Give each firm in turn to whoever has the least to do, the lowest number first among equals.

    ``loads``: account → open firms now. The loads end as equal as firms that stay where they are allow: no other way
    has a smaller largest load, nor a smaller difference. Raises ValueError without anybody to give them to.
    """
    given: dict[int, list[int]] = {account: [] for account in sorted(loads)}
    waiting = [(load, account) for account, load in loads.items()]
    heapq.heapify(waiting)
    for firm in firms:
        if not waiting:
            raise ValueError("nobody to give the firms to")
        load, account = waiting[0]
        given[account].append(firm)
        heapq.heapreplace(waiting, (load + 1, account))
    return given


def people(session: Session, officer: Account) -> list[Account]:
    """The advisors an officer may assign: of the own subtree, and of the divisions above it."""
    if officer.division is None:
        return []
    here = officer.division.path
    above = [int(number) for number in here.strip("/").split("/")]
    return list(
        session.scalars(
            select(Account)
            .join(Account.division)
            .where(Account.role == ADVISOR, Account.active, or_(Division.path.startswith(here), Division.id.in_(above)))
            .order_by(Account.name, Account.id)
        )
    )


def counts(session: Session, officer: Account, where: ColumnElement[bool]) -> Counts:
    """How many open firms an officer may assign fulfil ``where``, and how many of them have nobody yet."""
    row = session.execute(
        select(func.count(), *(func.count(case((~taken(role), 1))) for role in ROLES)).where(*_may(officer, where)),
        asker(officer),
    ).one()
    return Counts(row[0], dict(zip(ROLES, row[1:], strict=True)))


def matching(session: Session, officer: Account, wish: Wish) -> list[int]:
    """The firms a wish would give to somebody, by number: those without anybody, or that others have."""
    kept = taken(wish.role, wish.accounts if wish.replace else None)
    query = select(Enterprise.id).where(*_may(officer, wish.where), ~kept).order_by(Enterprise.id)
    return list(session.scalars(query.limit(MOST + 1), asker(officer)))


def _may(officer: Account, where: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (in_scope(officer, Right.MANAGE), Enterprise.status == OPEN, where)


def taken(role: str, accounts: Collection[int] | None = None) -> ColumnElement[bool]:
    """Whether somebody, or one of ``accounts``, has a firm now."""
    one_of = Assignment.account_id.in_(accounts) if accounts is not None else true()
    return exists().where(
        Assignment.enterprise_id == Enterprise.id, Assignment.role == role, Assignment.ended_at.is_(None), one_of
    )


def current(session: Session, enterprise_ids: Collection[int], role: str) -> dict[int, Assignment]:
    """Who answers for these firms now, by firm."""
    rows = session.scalars(
        select(Assignment).where(
            Assignment.enterprise_id.in_(enterprise_ids), Assignment.role == role, Assignment.ended_at.is_(None)
        )
    )
    return {row.enterprise_id: row for row in rows}


def assign(
    session: Session,
    plan: Mapping[int, int],
    role: str,
    due_on: date | None,
    by: Account,
    now: datetime,
    replace: bool = True,
    hand_over: bool = True,
    seen: Mapping[int, int] | None = None,
) -> Result:
    """Carry out ``plan`` (firm → account). Who has the firm already keeps it, with the new due day.

    ``replace``: end another's assignment; else such a firm is left out. ``hand_over``: an advisor's open visits of the
    firm go to the successor. ``seen``: firm → the assignment's id the officer saw (0: none); raises Changed when one
    is another by now. Simultaneous calls take turns.
    """
    visits.take_turn(session, list(plan))
    there = current(session, plan, role)
    if seen and any((there[firm].id if firm in there else 0) != number for firm, number in seen.items()):
        if all(firm in there and there[firm].account_id == account for firm, account in plan.items()):
            return Result((), 0)
        raise Changed
    same = [firm for firm, row in there.items() if row.account_id == plan[firm]]
    fresh = [firm for firm in plan if firm not in same and (replace or firm not in there)]
    _end(session, [there[firm].id for firm in fresh if firm in there], now)
    session.execute(
        update(Assignment).where(Assignment.id.in_([there[firm].id for firm in same])).values(due_on=due_on)
    )
    _insert(session, {firm: plan[firm] for firm in fresh}, role, due_on, by, now)
    moved = _hand_over(session, {firm: plan[firm] for firm in fresh}, by, now) if role == ADVISOR and hand_over else 0
    return Result(tuple(fresh), moved)


def plan(session: Session, officer: Account, wish: Wish) -> dict[int, list[int]]:
    """Who would get which firms, account → firms; raises TooMany."""
    firms = matching(session, officer, wish)
    if len(firms) > MOST:
        raise TooMany
    return spread(loads(session, wish.accounts, wish.role), firms)


def carry_out(session: Session, officer: Account, wish: Wish, now: datetime) -> dict[int, list[int]]:
    """Assign what the filter matches now; a second click finds nothing left to do. Raises TooMany.

    Simultaneous calls for the same firms or people take turns, so that each counts what the other gave them.
    """
    visits.take_turn(session, matching(session, officer, wish))
    session.execute(
        select(Account.id).where(Account.id.in_(wish.accounts)).order_by(Account.id).with_for_update(key_share=True)
    ).all()
    given = plan(session, officer, wish)
    by_firm = {firm: account for account, firms in given.items() for firm in firms}
    assign(session, by_firm, wish.role, wish.due_on, officer, now, wish.replace, wish.hand_over)
    return given


def end(session: Session, enterprise_id: int, role: str, seen: int, now: datetime) -> bool:
    """End an assignment; its visits stay with whoever made them. False when it had ended; raises Changed."""
    visits.take_turn(session, [enterprise_id])
    row = current(session, [enterprise_id], role).get(enterprise_id)
    if row is None:
        return False
    if row.id != seen:
        raise Changed
    _end(session, [row.id], now)
    return True


def _end(session: Session, ids: Sequence[int], now: datetime) -> None:
    session.execute(update(Assignment).where(Assignment.id.in_(ids)).values(ended_at=now))


def _insert(
    session: Session, plan: Mapping[int, int], role: str, due_on: date | None, by: Account, now: datetime
) -> None:
    common = {"role": role, "due_on": due_on, "made_by_id": by.id, "made_at": now}
    rows = [{"enterprise_id": firm, "account_id": account, **common} for firm, account in plan.items()]
    if rows:
        session.execute(insert(Assignment), rows)


def _hand_over(session: Session, plan: Mapping[int, int], by: Account, now: datetime) -> int:
    """Open visits go to the successor, as a step of each, so that whoever saw them before is told."""
    found = session.scalars(
        select(Visit)
        .where(Visit.enterprise_id.in_(plan), Visit.state.not_in(ENDED))
        .order_by(Visit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    moved = [visit for visit in found if visit.advisor_id != plan[visit.enterprise_id]]
    for visit in moved:
        visit.advisor_id = plan[visit.enterprise_id]
        visits.add_step(session, visit, "hand_over", visit.state, by, "", now)
    session.flush()
    return len(moved)


def firms_by_id(session: Session, enterprise_ids: Collection[int]) -> Sequence[Enterprise]:
    """These firms, by number."""
    return session.scalars(select(Enterprise).where(Enterprise.id.in_(enterprise_ids)).order_by(Enterprise.id)).all()
