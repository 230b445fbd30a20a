"""导入: one uploaded list from upload to the report of what became of it; and 数据体检: what looks doubtful."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime

UPLOADED = "uploaded"
QUEUED = "queued"
RUNNING = "running"
DONE = "done"
REFUSED = "refused"
CANCELLED = "cancelled"


class Intake(Base):
    """One import. ``kind``: firms or answers; ``mapping``: column number → field; ``partly``: good rows go in alone.

    The file itself and the report of its bad rows lie in the data folder under its ``id`` until it is purged.
    """

    __tablename__ = "intake"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"))
    kind: Mapped[str] = mapped_column(String(10))
    form: Mapped[str] = mapped_column(String(60), default="")
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    rows: Mapped[int]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    partly: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default=UPLOADED)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Flag(Base):
    """A doubt about a firm's data: ``code`` as in data/checkup.yaml, ``detail`` the numbers that raised it.

    It never changes a score. Settled with a note it stays, and the same doubt on the same numbers is not raised again.
    """

    __tablename__ = "flag"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    fingerprint: Mapped[str] = mapped_column(String(64))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(String(1000), default="")
