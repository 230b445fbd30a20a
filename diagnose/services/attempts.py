"""Slow down guessing: tries are counted per address in the database, so all workers count together."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from diagnose.models import Attempt
from diagnose.upsert import dialect, upsert

WINDOW = timedelta(minutes=15)


def window(moment: datetime) -> datetime:
    """Start of the window this moment falls in."""
    return datetime.fromtimestamp(moment.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), moment.tzinfo)


def tries(session: Session, key: str, now: datetime) -> int:
    """How often ``key`` has tried in the current window."""
    found = session.scalar(select(Attempt.tries).where(Attempt.key == key, Attempt.window_start == window(now)))
    return found or 0


def count_try(session: Session, key: str, now: datetime) -> None:
    """Add one try; forgets windows that are over."""
    session.execute(delete(Attempt).where(Attempt.window_start < window(now)))
    row = {"key": key, "window_start": window(now), "tries": 1}
    session.execute(upsert(dialect(session), Attempt, change={"tries": Attempt.tries + 1}), row)
