"""People: who may log in, for which firms, and the one-time links that let them in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnose.db import Base, UtcDateTime
from diagnose.models.place import Division

ENTERPRISE = "enterprise"
ADVISOR = "advisor"
OFFICER = "officer"
ADMIN = "admin"


class Account(Base):
    """One person. ``role``: enterprise, advisor, officer (with ``division``: its subtree) or admin.

    ``epoch`` is part of every session: raising it logs out everywhere. An advisor's ``division`` is that of the
    officer who invited them. An account is closed (``active`` false), never deleted: others' work names it.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(12))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_step: Mapped[int | None]
    epoch: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    division: Mapped[Division | None] = relationship()


class Membership(Base):
    """One person acts for one firm; a firm may have several people, a person several firms."""

    __tablename__ = "membership"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(
        ForeignKey("enterprise.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class Ticket(Base):
    """A one-time link or activation code; only its SHA-256 is stored.

    ``purpose``: invite (a new account of ``role``), reset (a new password for ``account``), activate (joins whoever
    enters it to ``enterprise``). The very first admin's is an invite made by nobody.
    """

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(10))
    role: Mapped[str | None] = mapped_column(String(12))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Notice(Base):
    """Something one person should know; ``kind`` names its text in texts.yaml, ``params`` fill it in."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_notice_inbox", "account_id", "read_at"),)
