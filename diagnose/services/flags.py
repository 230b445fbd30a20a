"""The flags of 数据体检 for people to read and settle, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from diagnose.access import Right, asker, in_scope
from diagnose.models import Account, Division, Enterprise, EnterpriseDivision, Flag
from diagnose.services.checkup_rules import RULES, Rule, reason

PAGE = 50
STATES = ("open", "settled")
_STATE: dict[str, ColumnElement[bool]] = {
    "open": Flag.settled_at.is_(None) & Flag.gone_at.is_(None),
    "settled": Flag.settled_at.is_not(None),
}


@dataclass(frozen=True)
class FlagLine:
    """One flag in words, with its firm; ``by``: who settled it."""

    flag: Flag
    rule: Rule
    reason: str
    firm: Enterprise
    place: str
    by: str


@dataclass(frozen=True)
class Page:
    """Flags, newest first; ``older`` is the number before which the next page goes on, None at the end."""

    lines: Sequence[FlagLine]
    older: int | None


def counts(session: Session, who: Account) -> list[tuple[Rule, int, int]]:
    """Each rule with its open and its settled flags in the officer's subtree, most open ones first."""
    found: dict[str, list[int]] = {code: [0, 0] for code in RULES}
    for number, state in enumerate(STATES):
        query = select(Flag.code, func.count()).join(Enterprise, Enterprise.id == Flag.enterprise_id)
        for code, count in session.execute(query.where(_STATE[state], _mine(who)).group_by(Flag.code), asker(who)):
            if code in found:
                found[code][number] = count
    rows = [(RULES[code], open_, settled) for code, (open_, settled) in found.items()]
    return sorted(rows, key=lambda row: -row[1])


def page(session: Session, who: Account, state: str, code: str = "", firm: str = "", before: int | None = None) -> Page:
    """The flags of a state, of one rule or one firm if asked for."""
    query = _lines().where(_STATE[state], _mine(who), Flag.code.in_([code] if code else RULES))
    if firm:
        query = query.where(Enterprise.public_id == firm)
    if before is not None:
        query = query.where(Flag.id < before)
    rows = session.execute(query.order_by(Flag.id.desc()).limit(PAGE + 1), asker(who)).all()
    lines = [_line(*row) for row in rows[:PAGE]]
    return Page(lines, lines[-1].flag.id if len(rows) > PAGE else None)


def one(session: Session, who: Account, flag_id: int) -> FlagLine | None:
    """One flag of the officer's subtree."""
    row = session.execute(_lines().where(Flag.id == flag_id, _mine(who)), asker(who)).one_or_none()
    return _line(*row) if row and row[0].code in RULES else None


def open_of(session: Session, enterprise_id: int) -> list[tuple[Rule, str]]:
    """The open flags of one firm: the rule and the sentence."""
    query = select(Flag.code, Flag.detail).where(Flag.enterprise_id == enterprise_id, _STATE["open"])
    rows = session.execute(query.order_by(Flag.id))
    return [(RULES[code], reason(code, detail)) for code, detail in rows if code in RULES]


def settle(flag: Flag, note: str, by: int, now: datetime) -> bool:
    """Say that it was looked at, and what it was; False when that was done already."""
    if flag.settled_at:
        return False
    flag.settled_at, flag.settled_by_id, flag.note = now, by, note
    return True


def _mine(who: Account) -> ColumnElement[bool]:
    return in_scope(who, Right.MANAGE)


def _lines() -> Any:
    return (
        select(Flag, Enterprise, Division.name, Account.name)
        .join(Enterprise, Enterprise.id == Flag.enterprise_id)
        .join(EnterpriseDivision, EnterpriseDivision.enterprise_id == Enterprise.id)
        .join(Division, Division.id == EnterpriseDivision.division_id)
        .outerjoin(Account, Account.id == Flag.settled_by_id)
        .where(EnterpriseDivision.valid_to.is_(None))
    )


def _line(flag: Flag, firm: Enterprise, place: str, by: str | None) -> FlagLine:
    return FlagLine(flag, RULES[flag.code], reason(flag.code, flag.detail), firm, place, by or "")
