"""The accounts that an officer or an admin looks after: listed, closed, opened again.

An officer looks after the advisors of the own subtree, and after people of firms there. Closing an account or giving a
new password takes over everything the account can reach: so only for people who have no firm outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, joinedload

from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, Assignment, Division, Enterprise, Membership, Ticket, Visit
from diagnose.models.people import ADMIN, ADVISOR, ENTERPRISE, OFFICER
from diagnose.models.visit import CANCELLED
from diagnose.services import tickets

PAGE = 50


@dataclass(frozen=True)
class Person:
    """One account with the names of the firms it acts for, those in reach of whoever looks."""

    account: Account
    firms: Sequence[str]


@dataclass(frozen=True)
class Page:
    """People, newest first; ``older`` is where the next page begins, None at the end."""

    people: Sequence[Person]
    older: int | None


def page(session: Session, who: Account, role: str = "", text: str = "", older: int | None = None) -> Page:
    """The accounts in reach with this role and with this text in name or log-in, after the account ``older``."""
    query = select(Account).options(joinedload(Account.division)).where(visible(who))
    if role:
        query = query.where(Account.role == role)
    if text:
        query = query.where(or_(*(one.icontains(text, autoescape=True) for one in (Account.name, Account.login))))
    if older is not None:
        query = query.where(Account.id < older)
    found = session.scalars(query.order_by(Account.id.desc()).limit(PAGE + 1), asker(who)).all()
    shown = found[:PAGE]
    firms = _firms(session, who, [one.id for one in shown])
    people = [Person(one, firms.get(one.id, [])) for one in shown]
    return Page(people, shown[-1].id if len(found) > PAGE else None)


def visible(who: Account) -> ColumnElement[bool]:
    """The where clause on Account for whom ``who`` sees; its parameters are those of `access.asker`."""
    if who.role == ADMIN:
        return true()
    if who.role != OFFICER or who.division is None:
        return false()
    places = select(Division.id).where(Division.path.startswith(who.division.path))
    advisor = and_(Account.role == ADVISOR, Account.division_id.in_(places))
    return or_(advisor, and_(Account.role == ENTERPRISE, _acts_for(who, inside=True)))


def _acts_for(who: Account, inside: bool) -> ColumnElement[bool]:
    """Whether an account acts for a firm that ``who`` manages, or (not ``inside``) for one that ``who`` does not."""
    managed = in_scope(who, Right.MANAGE)
    return exists().where(
        Membership.account_id == Account.id,
        Enterprise.id == Membership.enterprise_id,
        managed if inside else ~managed,
    )


def in_charge(session: Session, who: Account, account_id: int, lock: bool = False) -> Account | None:
    """An account that ``who`` sees, None otherwise."""
    query = select(Account).where(Account.id == account_id, visible(who))
    if lock:
        query = query.with_for_update(of=Account, key_share=True)
    return session.scalar(query, asker(who))


def is_shared(session: Session, who: Account, account: Account) -> bool:
    """Whether the account opens files of firms out of reach as well, so that only an admin may touch it."""
    if who.role == ADMIN:
        return False
    outside = _acts_for(who, inside=False) if account.role == ENTERPRISE else _works_outside(who)
    query = select(Account.id).where(Account.id == account.id, outside)
    return session.scalar(query, asker(who)) is not None


def _works_outside(who: Account) -> ColumnElement[bool]:
    """Whether an advisor has, or has visited, a firm that ``who`` does not manage; see the ways in access.py."""
    unmanaged = ~in_scope(who, Right.MANAGE)
    assigned = (Assignment.account_id == Account.id, Assignment.ended_at.is_(None))
    visited = (Visit.advisor_id == Account.id, Visit.state != CANCELLED)
    return or_(
        exists().where(*assigned, Enterprise.id == Assignment.enterprise_id, unmanaged),
        exists().where(*visited, Enterprise.id == Visit.enterprise_id, unmanaged),
    )


def close(session: Session, account: Account, now: datetime) -> bool:
    """Nobody logs in with this account any more, and all its sessions and one-time links end; False: it was closed.

    So do the links it made for others: whoever made them may have kept one. Activation codes stay, firms hold them.
    """
    if not account.active:
        return False
    account.active = False
    account.epoch += 1
    void_links(session, account, now)
    tickets.void(session, now, Ticket.created_by_id == account.id, Ticket.purpose != tickets.ACTIVATE)
    return True


def reopen(account: Account) -> bool:
    """The person may log in again, with the password of before; False: they could."""
    if account.active:
        return False
    account.active = True
    return True


def void_links(session: Session, account: Account, now: datetime) -> None:
    """One-time links made for this account, and not used yet, open nothing any more."""
    tickets.void(session, now, Ticket.account_id == account.id)


def void_codes(session: Session, firm: Enterprise, purpose: str, now: datetime) -> None:
    """Activation codes or invitations of a firm that nobody used yet open nothing any more: only the last counts."""
    tickets.void(session, now, Ticket.enterprise_id == firm.id, Ticket.purpose == purpose)


def members(session: Session, firm: Enterprise) -> Sequence[Account]:
    """The people who act for a firm."""
    query = select(Account).join(Membership, Membership.account_id == Account.id)
    return session.scalars(query.where(Membership.enterprise_id == firm.id).order_by(Account.id)).all()


def _firms(session: Session, who: Account, accounts: Sequence[int]) -> dict[int, list[str]]:
    """The names of the firms each account acts for; for an officer those in scope."""
    inside = true() if who.role == ADMIN else in_scope(who, Right.MANAGE)
    rows = session.execute(
        select(Membership.account_id, Enterprise.name)
        .join(Enterprise, Enterprise.id == Membership.enterprise_id)
        .where(Membership.account_id.in_(accounts), inside)
        .order_by(Enterprise.id),
        asker(who),
    )
    found: dict[int, list[str]] = {}
    for account_id, name in rows:
        found.setdefault(account_id, []).append(name)
    return found
