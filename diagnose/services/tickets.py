"""One-time links (一次性链接) and activation codes: made, looked at, used once, by one person."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from diagnose.access import LENGTH, digest, new_code, normal_code
from diagnose.limits import LIMITS
from diagnose.models import Account, Enterprise, Ticket
from diagnose.models.enterprise import MERGED
from diagnose.models.people import ADMIN
from diagnose.texts import say

INVITE = "invite"
RESET = "reset"
ACTIVATE = "activate"
ACTIVATION_LENGTH = 12  # 60 bits: short enough to read out, far too long to guess at a try every 30 seconds


class Unusable(ValueError):
    """This code opens nothing; its text says why, in Chinese."""


def make(
    session: Session,
    purpose: str,
    by: Account | None,
    *,
    role: str | None = None,
    division_id: int | None = None,
    enterprise_id: int | None = None,
    account_id: int | None = None,
    now: datetime,
) -> str:
    """A new ticket's code, to be shown once: only its SHA-256 is stored. ``by``: who hands it out.

    invite: an account of ``role`` (in ``division_id``, and for ``enterprise_id``); reset: a new password for
    ``account_id``; activate: joins whoever enters it to ``enterprise_id``.
    """
    code = new_code(ACTIVATION_LENGTH if purpose == ACTIVATE else LENGTH)
    session.add(
        Ticket(
            sha256=digest(code),
            purpose=purpose,
            role=role,
            division_id=division_id,
            enterprise_id=enterprise_id,
            account_id=account_id,
            created_by_id=by.id if by else None,
            created_at=now,
            expires_at=until(purpose, now),
        )
    )
    session.flush()
    return code


def until(purpose: str, now: datetime) -> datetime:
    """The moment a ticket made now expires."""
    return now + timedelta(days=LIMITS["ticket_days"][purpose])


def read_code(text: str) -> str:
    """A code of either length as pasted or typed, or a blank one that opens nothing."""
    return normal_code(text) or normal_code(text, ACTIVATION_LENGTH) or ""


def look(session: Session, code: str, now: datetime) -> Ticket:
    """The ticket, still good; raises Unusable when it is unknown, used or expired."""
    ticket = session.scalar(select(Ticket).where(Ticket.sha256 == digest(code)))
    if ticket is None:
        raise Unusable(say("ticket_unknown"))
    if ticket.used_at is not None:
        raise Unusable(say("ticket_used"))
    if ticket.expires_at <= now:
        raise Unusable(say("ticket_expired"))
    return ticket


def use(session: Session, code: str, now: datetime) -> Ticket:
    """The ticket, used up in this transaction; of two people at once one gets it, the other Unusable."""
    ticket = look(session, code, now)
    won = session.execute(
        update(Ticket).where(Ticket.id == ticket.id, Ticket.used_at.is_(None)).values(used_at=now).returning(Ticket.id)
    )
    if won.first() is None:
        raise Unusable(say("ticket_used"))
    return ticket


def enterprise(session: Session, ticket: Ticket, lock: bool = False) -> Enterprise | None:
    """The firm a ticket is for: the one it was merged into, if it was. ``lock``: others who change it wait."""
    found = _firm(session, ticket.enterprise_id, lock)
    if found is not None and found.status == MERGED:
        return _firm(session, found.merged_into_id, lock)
    return found


def _firm(session: Session, enterprise_id: int | None, lock: bool) -> Enterprise | None:
    query = select(Enterprise).where(Enterprise.id == enterprise_id)
    return session.scalar(query.with_for_update() if lock else query)


def void_resets(session: Session, account_id: int, now: datetime) -> None:
    """The password was set: other links that could set it again are void."""
    session.execute(
        update(Ticket)
        .where(Ticket.account_id == account_id, Ticket.purpose == RESET, Ticket.used_at.is_(None))
        .values(used_at=now)
    )


def void(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    """Tickets that nobody used yet open nothing any more: they expire now."""
    session.execute(
        update(Ticket).where(*which, Ticket.used_at.is_(None), Ticket.expires_at > now).values(expires_at=now)
    )


def invite_admin(session: Session, now: datetime) -> str:
    """A link for a new admin, made by nobody but whoever runs the server; older ones not used yet are void."""
    session.execute(
        delete(Ticket).where(Ticket.role == ADMIN, Ticket.created_by_id.is_(None), Ticket.used_at.is_(None))
    )
    return make(session, INVITE, None, role=ADMIN, now=now)


def setup(session: Session, now: datetime) -> str | None:
    """The link for the very first admin, as long as there is no account at all."""
    if session.scalar(select(Account.id).limit(1)) is not None:
        return None
    return invite_admin(session, now)
