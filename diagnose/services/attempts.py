"""Count tries in the database, so that all workers count together. Who tried is stored as a keyed hash only."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from diagnose.models import Attempt
from diagnose.upsert import dialect, upsert

WINDOW = timedelta(minutes=15)


def mark(secret: str, kind: str, who: str) -> str:
    """The key under which tries are counted; without the installation's secret nobody gets ``who`` back out of it."""
    return hmac.digest(secret.encode(), f"{kind} {who}".encode(), "sha256").hex()


def recent(session: Session, key: str, now: datetime) -> tuple[int, datetime | None]:
    """How often ``key`` has tried within the last 15 minutes, and when last."""
    found = session.execute(
        select(func.sum(Attempt.tries), func.max(Attempt.at)).where(
            Attempt.key == key, Attempt.at > now - WINDOW, Attempt.tries > 0
        )
    ).one()
    return found[0] or 0, found[1]


def tries(session: Session, key: str, now: datetime) -> int:
    """How often ``key`` has tried within the last 15 minutes."""
    return recent(session, key, now)[0]


def count_try(session: Session, key: str, now: datetime) -> None:
    """Add one try; forgets those that are too old to count."""
    session.execute(delete(Attempt).where(Attempt.at <= now - WINDOW))
    row = {"key": key, "at": now, "tries": 1}
    session.execute(upsert(dialect(session), Attempt, change={"tries": Attempt.tries + 1}), row)


def take_back(session: Session, key: str, at: datetime) -> None:
    """The try counted at this moment was right: it does not count."""
    session.execute(update(Attempt).where(Attempt.key == key, Attempt.at == at).values(tries=Attempt.tries - 1))
