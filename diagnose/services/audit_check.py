"""Whether the audit log still is what was written: every entry read once, in order, the chain worked out again.

Who can write to the database but has not got the key cannot make an entry that holds. Cutting off the newest entries
and setting the end back is the one thing the log itself cannot tell: for that, note a printed number and hash
elsewhere (a backup holds one) and give it as ``expect``.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnose.models import AuditEntry, AuditHead
from diagnose.services.audit import HEAD, START, chained
from diagnose.texts import say

AT_ONCE = 1000
COLUMNS = AuditEntry.__table__.columns
# What reading a value that the app cannot have written raises.
UNREADABLE = (ValueError, TypeError, LookupError, OverflowError)


@dataclass(frozen=True)
class Check:
    """How a check of the log ended: entries that hold, the last hash, and what is wrong (empty: nothing)."""

    entries: int
    last: str
    problem: str


class Anchor(NamedTuple):
    """The number and hash of one entry; number 0 is the start of the chain."""

    number: int
    hash: str


class _Broken(Exception):
    """The sentence that says what is wrong."""


def anchor(text: str) -> Anchor:
    """``NUMBER:HASH`` as printed. Raises ValueError."""
    number, _, mark = text.strip().partition(":")
    if not number.isdecimal() or len(mark) != len(START):
        raise ValueError(say("verify_anchor_wrong", text=text))
    return Anchor(int(number), mark.lower())


def head(session: Session) -> Anchor | None:
    """The end of the chain as it is kept; None when its row is gone."""
    row = session.execute(select(AuditHead.last, AuditHead.hash).where(AuditHead.id == HEAD)).one_or_none()
    return Anchor(*row) if row else None


def check(session: Session, secret: str, expect: Anchor | None = None) -> Check:
    """Read the whole log in a read-only session; ``expect`` is an earlier end that must still be part of it."""
    here = Anchor(0, START)
    try:
        end = head(session)
        if end is None:
            raise _Broken(say("verify_no_head"))
        _same(here, end, expect)
        with closing(_entries(session)) as entries:
            for row in entries:
                here = _next(secret, here, row)
                _same(here, end, expect)
        _complete(here, end, head(session), expect)
    except _Broken as found:
        return Check(here.number, here.hash, str(found))
    return Check(here.number, here.hash, "")


def _next(secret: str, here: Anchor, row: dict[str, Any] | None) -> Anchor:
    """One link further; raises _Broken when this entry is not the one that was written after the last."""
    number = here.number + 1
    if row is None:
        raise _Broken(say("verify_unreadable", number=number))
    if row["id"] < number:
        raise _Broken(say("verify_extra", number=row["id"]))
    if row["id"] > number:
        raise _Broken(say("verify_gone", first=number, last=row["id"] - 1))
    try:
        mark = chained(secret, here.hash, {key: value for key, value in row.items() if key != "hash"})
    except UNREADABLE:
        raise _Broken(say("verify_unreadable", number=number)) from None
    if mark != row["hash"]:
        raise _Broken(say("verify_changed", number=number))
    return Anchor(number, mark)


def _same(here: Anchor, end: Anchor, expect: Anchor | None) -> None:
    """Where the chain passes the end that is kept, and the one expected, it must have their hashes."""
    if here.number == end.number and here.hash != end.hash:
        raise _Broken(say("verify_head_differs", number=end.number))
    if expect and here.number == expect.number and here.hash != expect.hash:
        raise _Broken(say("verify_not_expected", number=expect.number))


def _complete(here: Anchor, before: Anchor, after: Anchor | None, expect: Anchor | None) -> None:
    """Nothing is missing at the end. Entries past the end first read are new ones only if the end has moved on too."""
    if here.number < before.number:
        raise _Broken(say("verify_gone", first=here.number + 1, last=before.number))
    if after is None or here.number > after.number:
        raise _Broken(say("verify_head_behind", number=here.number))
    if expect and expect.number > here.number:
        raise _Broken(say("verify_gone", first=here.number + 1, last=expect.number))


def _entries(session: Session) -> Generator[dict[str, Any] | None, None, None]:
    """All rows in the order of their numbers, read in batches; None for one that cannot be read, which ends it.

    A value that the app cannot have written stops a whole batch, so the rows around it are read again one by one.
    """
    query = select(*COLUMNS).order_by(AuditEntry.id)
    last: int | None = None
    for size in (AT_ONCE, 1):
        rest = query if last is None else query.where(AuditEntry.id > last)
        try:
            with session.execute(rest.execution_options(yield_per=size)) as result:
                for row in result.mappings():
                    yield dict(row)
                    last = row["id"]
            return
        except UNREADABLE:
            continue
    yield None
