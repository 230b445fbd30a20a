"""企业 and where it stands."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnose.db import Base, UtcDateTime
from diagnose.models.place import Division


class Enterprise(Base):
    """One file (档案). Its holder is whoever has the link; the credit code is public and proves nothing.

    Several unverified files may carry the same ``credit_code``. ``profile`` holds the size facts as stated
    last (从业人员, 营业收入, 资产总额); each submission copies them, dated, into its statement.
    """

    __tablename__ = "enterprise"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    link_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    credit_code: Mapped[str] = mapped_column(String(18), index=True)
    name: Mapped[str] = mapped_column(String(200))
    industry: Mapped[str] = mapped_column(String(4))
    process_type: Mapped[str] = mapped_column(String(10))
    profile: Mapped[dict[str, Any]] = mapped_column(JSON)
    verified: Mapped[bool] = mapped_column(default=False)
    synthetic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    places: Mapped[list["EnterpriseDivision"]] = relationship(order_by="EnterpriseDivision.valid_from")


class EnterpriseDivision(Base):
    """Where a firm belonged, and from when to when (``valid_to`` exclusive; None = still)."""

    __tablename__ = "enterprise_division"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    division: Mapped[Division] = relationship()
