"""The append-only log of who did what to which file, and the end of its chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime


class AuditEntry(Base):
    """One deed. ``file`` is the public id of the file it concerns; ``detail`` holds ids, codes and hashes, no names.

    There are no foreign keys: the log outlives what it speaks of. ``place`` is the path of the division the file was
    in, so that an officer sees the deeds of the own subtree. ``hash`` covers the row and the hash before it.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]
    actor_role: Mapped[str] = mapped_column(String(12))
    action: Mapped[str] = mapped_column(String(30))
    file: Mapped[str | None] = mapped_column(String(16))
    place: Mapped[str | None] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_audit_entry_file", "file"), Index("ix_audit_entry_place", "place"))


class AuditHead(Base):
    """The last entry's number and hash. Its row is locked while an entry is added, so the chain never forks."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
