"""佐证: a photo or PDF beside one answer. The bytes are in the store, here is what they are."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnose.db import Base, UtcDateTime
from diagnose.models.people import Account


class Evidence(Base):
    """One file. ``sha256`` and ``size`` are those of the stored (re-encoded) bytes; deleting is marking.

    ``change`` is made of the number the browser gave this upload and the file it sent
    (services/evidence.change_number), so that a retried one is not stored twice.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(60))
    change: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    media: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    store_key: Mapped[str] = mapped_column(String(80), unique=True)
    effective_on: Mapped[date]
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    uploaded_by: Mapped[Account | None] = relationship(foreign_keys=uploaded_by_id)

    __table_args__ = (
        UniqueConstraint("assessment_id", "change"),
        Index("ix_evidence_question", "assessment_id", "question"),
    )
