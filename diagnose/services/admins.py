"""What only an admin may do with accounts, and what not even an admin may: leave the installation without one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import Account, Division
from diagnose.models.people import ADMIN, ADVISOR, OFFICER
from diagnose.services import people

WITH_DIVISION = (OFFICER, ADVISOR)


class Kept(ValueError):
    """This account cannot be closed; ``reason`` names its text in errors.yaml."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def close(session: Session, who: Account, account_id: int, now: datetime) -> Account | None:
    """Close an account; None when it was closed or is not there. Raises Kept for oneself and for the last admin.

    The open admins' rows are held meanwhile: of two who close each other at once, one is told that it is too late.
    """
    if account_id == who.id:
        raise Kept("admin_self")
    open_admins = select(Account.id).where(Account.role == ADMIN, Account.active).order_by(Account.id)
    admins = set(session.scalars(open_admins.with_for_update(key_share=True)))
    if who.id not in admins or not admins - {account_id}:
        raise Kept("admin_last")
    account = session.get(Account, account_id, with_for_update={"key_share": True})
    return account if account and people.close(session, account, now) else None


def move(account: Account, division: Division) -> bool:
    """Bind an officer or advisor to another division; False when they are there already."""
    if account.division_id == division.id:
        return False
    account.division_id = division.id
    return True
