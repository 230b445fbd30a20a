"""What a division has published, frozen; and the groups a firm is compared with."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime


class Publication(Base):
    """One publication, inserted, never changed. ``content`` is the public page's tables as they went out.

    ``proof`` holds the bounds an outsider can derive, as the checker found them; it is not public. A withdrawn one is
    shown no more, but what it told is known for ever, so later checks still reckon with it.
    """

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    as_of: Mapped[date]
    ruler: Mapped[str] = mapped_column(String(60))
    basis: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    proof: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class PeerGroup(Base):
    """How the firms of one district, industry and size stood at a month's end; only groups of enough firms are kept.

    ``industry`` or ``size`` -1: all of them. ``measures``: sorted values by measure, thinned to percentiles 0 … 100.
    """

    __tablename__ = "peer_group"

    division_id: Mapped[int] = mapped_column(primary_key=True)
    ruler_id: Mapped[int] = mapped_column(primary_key=True)
    industry: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]
    measures: Mapped[dict[str, Any]] = mapped_column(JSON)
