"""Who may see and do what, decided here and applied in the query. Deny by default: no right, no row, 404.

A file is reached in one of the ways of `Way`; each way carries rights. Whoever holds the link (继续填写码) of an
unclaimed file may do everything with it; members of a firm likewise; an advisor sees the firms assigned to them, and
those they have visited; an officer those in the own division's subtree; an admin sees no firm's file.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, or_, select

from diagnose.models import Account, Assignment, Division, Enterprise, EnterpriseDivision, Membership, Visit
from diagnose.models.enterprise import MERGED, OPEN
from diagnose.models.people import ADVISOR, ENTERPRISE, OFFICER
from diagnose.models.visit import CANCELLED, ENDED

# Digits and letters that nobody confuses when a code is read out; 26 of 32 are 130 random bits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
_LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})


class Right(StrEnum):
    """One thing that may be done with a file."""

    READ = "read"  # the file, its verdicts and evidence
    FILL = "fill"  # answer, submit, correct; only while the firm is open
    OWN = "own"  # firm data, link, colleagues, download, erase
    CONFIRM = "confirm"  # the onsite result, in the firm's name
    VISIT = "visit"  # appoint and fill in the onsite diagnosis; only while the firm is open
    RETURN = "return"  # send a submission back
    CONTACT = "contact"  # see whom to call
    MANAGE = "manage"  # rename, move, close, merge, assign, invite
    LOG = "log"  # see who did what to the file


class Way(StrEnum):
    """How somebody reaches a file."""

    LINK = "link"
    MEMBER = "member"
    ASSIGNED = "assigned"
    SPECIALIST = "specialist"
    VISITING = "visiting"
    VISITED = "visited"
    PLACE = "place"


RIGHTS: dict[Way, frozenset[Right]] = {
    Way.LINK: frozenset({Right.READ, Right.FILL, Right.OWN, Right.LOG}),
    Way.MEMBER: frozenset({Right.READ, Right.FILL, Right.OWN, Right.CONFIRM, Right.LOG}),
    Way.ASSIGNED: frozenset({Right.READ, Right.VISIT, Right.RETURN, Right.CONTACT}),
    Way.SPECIALIST: frozenset({Right.READ, Right.CONTACT}),
    Way.VISITING: frozenset({Right.READ, Right.VISIT, Right.CONTACT}),
    Way.VISITED: frozenset({Right.READ}),
    Way.PLACE: frozenset({Right.READ, Right.RETURN, Right.CONTACT, Right.MANAGE, Right.LOG}),
}
# A firm that is closed is neither filled in nor visited any more.
WHILE_OPEN = frozenset({Right.FILL, Right.VISIT})
WAYS_OF_ROLE = {
    ENTERPRISE: (Way.MEMBER,),
    ADVISOR: (Way.ASSIGNED, Way.SPECIALIST, Way.VISITING, Way.VISITED),
    OFFICER: (Way.PLACE,),
}

_ASKER: ColumnElement[int] = bindparam("asker")
_PLACE: ColumnElement[str] = bindparam("asker_place")


def _exists(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Correlated with Enterprise alone, so that a list may also select the other tables."""
    return exists().where(*conditions).correlate(Enterprise)


def _assigned(role: str) -> ColumnElement[bool]:
    return _exists(
        Assignment.enterprise_id == Enterprise.id,
        Assignment.account_id == _ASKER,
        Assignment.role == role,
        Assignment.ended_at.is_(None),
    )


def _own_visit(state: ColumnElement[bool]) -> ColumnElement[bool]:
    return _exists(Visit.enterprise_id == Enterprise.id, Visit.advisor_id == _ASKER, state)


_CLAUSES: dict[Way, ColumnElement[bool]] = {
    Way.LINK: Enterprise.link_sha256 == bindparam("held_link"),
    Way.MEMBER: _exists(Membership.enterprise_id == Enterprise.id, Membership.account_id == _ASKER),
    Way.ASSIGNED: _assigned("advisor"),
    Way.SPECIALIST: _assigned("specialist"),
    Way.VISITING: _own_visit(Visit.state.not_in(ENDED)),
    Way.VISITED: _own_visit(Visit.state != CANCELLED),
    Way.PLACE: _exists(
        EnterpriseDivision.enterprise_id == Enterprise.id,
        EnterpriseDivision.valid_to.is_(None),
        Division.id == EnterpriseDivision.division_id,
        Division.path.startswith(_PLACE),
    ),
}


def ways(role: str | None, holds_link: bool) -> tuple[Way, ...]:
    """The ways open to an account of this role (None: nobody logged in), with or without a file's link."""
    link = (Way.LINK,) if holds_link else ()
    return (*link, *WAYS_OF_ROLE.get(role or "", ()))


def in_scope(account: Account | None, right: Right = Right.READ) -> ColumnElement[bool]:
    """The where clause on Enterprise for all files on which this account has a right; for lists.

    Its parameters are those of `asker`.
    """
    allowed = [way for way in ways(account.role if account else None, False) if right in RIGHTS[way]]
    alive = Enterprise.status == OPEN if right in WHILE_OPEN else Enterprise.status != MERGED
    return or_(false(), *(_CLAUSES[way] for way in allowed)) & alive


def asker(account: Account | None, code: str | None = None) -> dict[str, Any]:
    """The parameters of `in_scope` and of `file_query`."""
    # A path that nothing starts with, for officers whose division is gone.
    place = account.division.path if account and account.division else "-"
    return {"asker": account.id if account else 0, "asker_place": place, "held_link": digest(code or "")}


@cache
def file_query(open_ways: tuple[Way, ...]) -> Select[Any]:
    """One file by :public_id, and for each way whether it leads there; no row when none does.

    Built once a combination: putting a statement together takes SQLAlchemy longer than running it.
    """
    found = [_CLAUSES[way].label(way.value) for way in open_ways]
    reachable = or_(false(), *(_CLAUSES[way] for way in open_ways))
    columns: list[Any] = [Enterprise, *found]
    return select(*columns).where(
        Enterprise.public_id == bindparam("public_id"), Enterprise.status != MERGED, reachable
    )


def rights(open_ways: Iterable[Way], status: str = OPEN) -> frozenset[Right]:
    """All that these ways allow together, on a firm of this status."""
    allowed: frozenset[Right] = frozenset().union(*(RIGHTS[way] for way in open_ways))
    return allowed if status == OPEN else allowed - WHILE_OPEN


def oversees(officer: Account, path: str) -> bool:
    """Whether a division is in an officer's subtree; an admin oversees all."""
    if officer.role == OFFICER and officer.division:
        return path.startswith(officer.division.path)
    return officer.role == "admin"


def new_code(length: int = LENGTH) -> str:
    """A fresh 继续填写码 or one-time code. Only its SHA-256 is stored."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def code_for(secret: str, nonce: str) -> str:
    """The code that a page with this nonce starts a file with: sent twice, it is the same; nobody else can make it."""
    number = int.from_bytes(hmac.digest(secret.encode(), f"start {nonce}".encode(), "sha256"))
    return "".join(ALPHABET[(number >> 5 * place) % 32] for place in range(LENGTH))


def new_public_id() -> str:
    """The name of a file in addresses; it opens nothing."""
    return secrets.token_hex(8)


def normal_code(text: str, length: int = LENGTH) -> str | None:
    """A code as pasted or read out (a whole link, dashes, capitals) in its normal form, or None."""
    plain = re.sub(r"[\s\-]", "", text.rpartition("#")[2]).lower().translate(_LOOKALIKES)
    return plain if len(plain) == length and set(plain) <= set(ALPHABET) else None


def grouped(code: str) -> str:
    """The code as shown to people: groups of five are easier to copy than 26 letters."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def digest(code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(code.encode()).hexdigest()
