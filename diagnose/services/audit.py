"""The audit log: each deed in a chain of hashes, so that a changed, removed or inserted entry is found.

The hash is keyed with the installation's secret: who can write to the database but has not got the key cannot make a
new chain that holds.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Account, AuditEntry, AuditHead, Division, Enterprise, EnterpriseDivision

START = "0" * 64
HEAD = 1


def record(
    session: Session,
    secret: str,
    action: str,
    who: Account | None,
    enterprise: Enterprise | None = None,
    **detail: Any,
) -> None:
    """Add one deed at the end of the chain, in the caller's transaction. ``detail``: ids, codes, hashes; no names."""
    record_many(session, secret, action, who, [(enterprise, detail)])


def record_many(
    session: Session,
    secret: str,
    action: str,
    who: Account | None,
    deeds: Sequence[tuple[Enterprise | None, dict[str, Any]]],
) -> None:
    """The same deed done to many files in one go: one entry a file (None: of no file), each with its own detail."""
    head = session.scalar(select(AuditHead).where(AuditHead.id == HEAD).with_for_update())
    if head is None:
        raise RuntimeError("audit_head has no row; the migration makes it")
    places, now, mark = _places(session, [firm.id for firm, _ in deeds if firm]), wording.now(), head.hash
    actor = {"actor_id": who.id if who else None, "actor_role": who.role if who else ""}
    rows: list[dict[str, Any]] = []
    for number, (firm, detail) in enumerate(deeds, head.last + 1):
        about = {"file": firm.public_id, "place": places.get(firm.id)} if firm else {"file": None, "place": None}
        fields = {"id": number, "at": now, **actor, "action": action, **about, "detail": detail}
        mark = chained(secret, mark, fields)
        rows.append({**fields, "hash": mark})
    if rows:
        session.execute(insert(AuditEntry), rows)
        session.execute(update(AuditHead).where(AuditHead.id == HEAD).values(last=rows[-1]["id"], hash=mark))
        session.expire(head)


def _places(session: Session, enterprise_ids: Sequence[int]) -> dict[int, str]:
    """Where files are now: their division's path by id."""
    if not enterprise_ids:
        return {}
    rows = session.execute(
        select(EnterpriseDivision.enterprise_id, Division.path)
        .join(Division, EnterpriseDivision.division_id == Division.id)
        .where(EnterpriseDivision.enterprise_id.in_(enterprise_ids), EnterpriseDivision.valid_to.is_(None))
    )
    return dict(rows.all())


def chained(secret: str, before: str, fields: dict[str, Any]) -> str:
    """The hash of one entry, over the one before it."""
    plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in fields.items()}
    text = json.dumps([before, plain], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
