"""Word templates (Word 模板) that an admin put in the place of the packaged ones: the newest active one counts."""

import hashlib
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer

from diagnose.models import Account, WordTemplate
from diagnose.services.word_package import LIMITS
from diagnose.texts import say

KINDS = ("dossier", "onsite")
NAME_LENGTH = 100


def current(session: Session, kind: str) -> bytes | None:
    """The template in force for a kind of document; None: the packaged one."""
    found = in_force(session, kind)
    return found.content if found else None


def in_force(session: Session, kind: str) -> WordTemplate | None:
    """The row of the template in force; None: the packaged one."""
    active = select(WordTemplate).where(WordTemplate.kind == kind, WordTemplate.active)
    return session.scalar(active.order_by(WordTemplate.id.desc()).limit(1))


def history(session: Session) -> list[tuple[WordTemplate, str]]:
    """What was uploaded, newest first, with whoever did; without the contents."""
    rows = session.execute(
        select(WordTemplate, Account.name)
        .join(Account, Account.id == WordTemplate.by_id)
        .options(defer(WordTemplate.content))
        .order_by(WordTemplate.id.desc())
        .limit(LIMITS["shown"])
    )
    return [(row, name) for row, name in rows]


def accept(session: Session, kind: str, file_name: str, content: bytes, by: Account, now: datetime) -> WordTemplate:
    """Put a checked template in force, in the place of the one before."""
    packaged_again(session, kind)
    row = WordTemplate(
        kind=kind,
        file_name=_clean_name(file_name),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=now,
        by_id=by.id,
    )
    session.add(row)
    session.flush()
    return row


def packaged_again(session: Session, kind: str) -> bool:
    """Back to the packaged template; False when it was in force already. What was uploaded is kept."""
    active = select(WordTemplate.id).where(WordTemplate.kind == kind, WordTemplate.active)
    ids = list(session.scalars(active.with_for_update()))
    session.execute(update(WordTemplate).where(WordTemplate.id.in_(ids)).values(active=False))
    return bool(ids)


def _clean_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable())[:NAME_LENGTH] or say("template_unnamed")
