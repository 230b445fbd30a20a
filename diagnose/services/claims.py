"""Who acts for a firm: a file's holder claims it, people join by one-time code, colleagues go again.

A file with members has no link. Unverified files of a person join the verified firm of the same credit code.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Account, Enterprise, Membership, Ticket
from diagnose.models.enterprise import MERGED
from diagnose.services import joining, notices, tickets


class Colleague(NamedTuple):
    """Somebody who acts for a firm."""

    id: int
    name: str
    since: datetime


def lock(session: Session, account_id: int | None, enterprise: Enterprise) -> None:
    """Lock a file, and those of the person it may be joined with, in the order that `joining` locks them.

    ``account_id``: None for somebody who gets an account only now. Comes before anything that writes the log.
    """
    own = _files(session, account_id, enterprise.credit_code) if account_id is not None else ()
    joining.lock(session, [enterprise.id, *(one.id for one in own)])


def add(session: Session, account: Account, enterprise: Enterprise, now: datetime) -> bool:
    """Make the person a member of a (locked) firm, whose link is void then; False when they were one before."""
    enterprise.link_sha256 = None
    if session.get(Membership, (account.id, enterprise.id)):
        return False
    others = notices.members(session, enterprise.id)
    session.add(Membership(account_id=account.id, enterprise_id=enterprise.id, since=now))
    session.flush()
    address = f"/file/{enterprise.public_id}/link"
    notices.tell(session, others, "joined", address, now, enterprise.id, name=account.name, firm=enterprise.name)
    return True


def shared(session: Session, account_id: int, enterprise: Enterprise) -> list[Enterprise]:
    """The person's unverified files of this firm's credit code that have other members, too."""
    files = [one for one in _files(session, account_id, enterprise.credit_code) if not one.verified]
    crowded = _crowded(session, [one.id for one in files])
    return [one for one in files if one.id != enterprise.id and one.id in crowded]


def _crowded(session: Session, ids: Sequence[int]) -> set[int]:
    counted = select(Membership.enterprise_id).where(Membership.enterprise_id.in_(ids))
    return set(session.scalars(counted.group_by(Membership.enterprise_id).having(func.count() > 1)))


def fold(
    session: Session, account_id: int, enterprise: Enterprise, now: datetime, catalog: Catalog, also: bool = False
) -> Enterprise:
    """Join the person's unverified files into the verified one of the same credit code, if they are a member of it.

    Gives the file that is left. A file that others share is joined only when the person said so (``also``): those
    others become members of the verified firm.
    """
    files = _files(session, account_id, enterprise.credit_code)
    target = next((one for one in files if one.verified), None)
    if target is None:
        return enterprise
    crowded = set() if also else _crowded(session, [one.id for one in files])
    sources = [one for one in files if not one.verified and one.id not in crowded]
    if sources:
        joining.join_all(session, sources, target, account_id, now, catalog)
    return target if enterprise.status == MERGED else enterprise


def _files(session: Session, account_id: int, credit_code: str) -> Sequence[Enterprise]:
    return session.scalars(
        select(Enterprise)
        .join(Membership, Membership.enterprise_id == Enterprise.id)
        .where(Membership.account_id == account_id, Enterprise.credit_code == credit_code, Enterprise.status != MERGED)
        .order_by(Enterprise.id)
    ).all()


def firms(session: Session, account_id: int) -> Sequence[Enterprise]:
    """The firms a person acts for."""
    return session.scalars(
        select(Enterprise)
        .join(Membership, Membership.enterprise_id == Enterprise.id)
        .where(Membership.account_id == account_id, Enterprise.status != MERGED)
        .order_by(Enterprise.name, Enterprise.id)
    ).all()


def colleagues(session: Session, enterprise_id: int) -> list[Colleague]:
    """Everybody who acts for a firm, the longest first."""
    rows = session.execute(
        select(Account.id, Account.name, Membership.since)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.enterprise_id == enterprise_id)
        .order_by(Membership.since, Account.id)
    )
    return [Colleague(*row) for row in rows]


def remove(session: Session, enterprise: Enterprise, account_id: int, now: datetime) -> bool:
    """Take one person out of a (locked) firm, with the invitations they made; False for the last one, who stays."""
    count = session.scalar(
        select(func.count()).select_from(Membership).where(Membership.enterprise_id == enterprise.id)
    )
    if (count or 0) <= 1:
        return False
    session.execute(
        delete(Membership).where(Membership.enterprise_id == enterprise.id, Membership.account_id == account_id)
    )
    tickets.void(session, now, Ticket.enterprise_id == enterprise.id, Ticket.created_by_id == account_id)
    return True
