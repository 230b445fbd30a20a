"""Brute force is slow: after so many failed tries in 15 minutes the next one is looked at only after a growing wait."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnose.limits import LIMITS
from diagnose.services import attempts
from diagnose.upsert import dialect


def admit(session: Session, keys: Sequence[str], now: datetime) -> int:
    """0 when a try may be looked at; it is then counted as failed under each key until `forgive`.

    Otherwise the seconds to wait, and nothing is counted: who waits is let in again, whoever else is refused meanwhile.
    Counting first and judging afterwards means that tries sent at once cannot all slip through.
    """
    _take_turns(session, keys)
    seconds = max(_wait(session, key, now) for key in keys)
    if seconds == 0:
        for key in keys:
            attempts.count_try(session, key, now)
    return seconds


def forgive(session: Session, keys: Sequence[str], at: datetime) -> None:
    """The try admitted at this moment was right."""
    for key in keys:
        attempts.take_back(session, key, at)


def delay(failed: int) -> int:
    """Seconds from one failed try to the next, after so many of them in the window."""
    over = failed - int(LIMITS["login_tries"])
    return min(int(LIMITS["login_delay_most"]), int(LIMITS["login_delay_first"]) << over) if over >= 0 else 0


def _wait(session: Session, key: str, now: datetime) -> int:
    failed, last = attempts.recent(session, key, now)
    seconds = delay(failed)
    # Without a delay there is nothing to wait for, although another try may be from a moment after ``now``.
    if last is None or seconds == 0:
        return 0
    return max(0, ceil((last + timedelta(seconds=seconds) - now).total_seconds()))


def _take_turns(session: Session, keys: Sequence[str]) -> None:
    """One transaction a key at a time; on SQLite writers take turns anyway."""
    if dialect(session) == "postgresql":
        for key in sorted(keys):
            session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
