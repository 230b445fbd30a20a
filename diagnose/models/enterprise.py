"""企业 and where it stands."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnose.db import Base, UtcDateTime
from diagnose.models.place import Division

OPEN = "open"
CLOSED = "closed"
MERGED = "merged"


class Enterprise(Base):
    """One file (档案). Its holder is whoever has the link, or its members; the credit code is public: no proof.

    Several unverified files may carry the same ``credit_code``, but only one verified. ``profile`` holds the size facts
    as stated last (从业人员, 营业收入, 资产总额); each submission copies them, dated, into its statement. ``size`` is
    the class they give, its place in `classify.SizeClass` (4: 待补充). ``status``: open, closed (注销、停产, since
    ``closed_on``) or merged (into ``merged_into_id``; nobody opens it any more). A claimed file has no link.
    """

    __tablename__ = "enterprise"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    link_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    credit_code: Mapped[str] = mapped_column(String(18), index=True)
    name: Mapped[str] = mapped_column(String(200))
    industry: Mapped[str] = mapped_column(String(4))
    process_type: Mapped[str] = mapped_column(String(10))
    profile: Mapped[dict[str, Any]] = mapped_column(JSON)
    size: Mapped[int] = mapped_column(default=4, server_default=text("4"))
    verified: Mapped[bool] = mapped_column(default=False)
    synthetic: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(10), default=OPEN, server_default=OPEN)
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id", ondelete="SET NULL"))
    contact_name: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    contact_phone: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    places: Mapped[list["EnterpriseDivision"]] = relationship(order_by="EnterpriseDivision.valid_from")

    __table_args__ = (
        Index(
            "uq_enterprise_verified",
            "credit_code",
            unique=True,
            sqlite_where=text("verified AND status != 'merged'"),
            postgresql_where=text("verified AND status != 'merged'"),
        ),
        Index("ix_enterprise_industry", "industry", "size"),
        Index("ix_enterprise_status", "status", "verified"),
    )


class EnterpriseChange(Base):
    """What somebody changed about the firm itself: rename, move, close, reopen, merge, verify, contact."""

    __tablename__ = "enterprise_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(String(12))
    before: Mapped[str] = mapped_column(String(250))
    after: Mapped[str] = mapped_column(String(250))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class EnterpriseDivision(Base):
    """Where a firm belonged, and from when to when (``valid_to`` exclusive; None = still)."""

    __tablename__ = "enterprise_division"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    division: Mapped[Division] = relationship()

    __table_args__ = (
        # Where firms are now, in the order of a list.
        Index(
            "ix_enterprise_division_now",
            "division_id",
            "enterprise_id",
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
    )
