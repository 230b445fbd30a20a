"""站内通知: what one person should know, until they have read it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from diagnose.models import Membership, Notice

SHOWN = 50


def tell(
    session: Session,
    accounts: Iterable[int],
    kind: str,
    address: str,
    now: datetime,
    enterprise_id: int | None = None,
    **params: Any,
) -> None:
    """Leave a notice for each account; its text is ``notice_<kind>`` in texts.yaml, filled in with ``params``."""
    common = {"kind": kind, "address": address, "created_at": now, "enterprise_id": enterprise_id, "params": params}
    rows = [{"account_id": account, **common} for account in dict.fromkeys(accounts)]
    if rows:
        session.execute(insert(Notice), rows)


def members(session: Session, enterprise_id: int) -> list[int]:
    """The accounts that act for a firm."""
    return list(session.scalars(select(Membership.account_id).where(Membership.enterprise_id == enterprise_id)))


def unread(session: Session, account_id: int) -> int:
    """How many notices wait."""
    found = session.scalar(
        select(func.count()).select_from(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    )
    return found or 0


def inbox(session: Session, account_id: int) -> list[Notice]:
    """The newest notices, unread first."""
    return list(
        session.scalars(
            select(Notice)
            .where(Notice.account_id == account_id)
            .order_by(Notice.read_at.is_not(None), Notice.id.desc())
            .limit(SHOWN)
        )
    )


def read_all(session: Session, account_id: int, now: datetime) -> None:
    """Mark everything as read."""
    session.execute(update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None)).values(read_at=now))
