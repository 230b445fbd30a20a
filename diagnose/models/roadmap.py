"""The way up: what a firm says about its steps (PathChoice), and the plan made of a path (路线图)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnose.db import Base, UtcDateTime


class PathChoice(Base):
    """What a firm marked and edited for its way up under one scheme: fixed or impossible steps, own costs."""

    __tablename__ = "path_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"))
    scheme: Mapped[str] = mapped_column(String(40))
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("enterprise_id", "scheme", name="uq_path_choice"),)


class Roadmap(Base):
    """A plan (路线图) made of one path. ``ruler``: scheme/edition; ``target``: the level; ``path``: what the path said.

    A firm has one open roadmap a scheme; a new one ends the old.
    """

    __tablename__ = "roadmap"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    scheme: Mapped[str] = mapped_column(String(40))
    ruler: Mapped[str] = mapped_column(String(60))
    target: Mapped[int]
    path: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    items: Mapped[list["RoadmapItem"]] = relationship(order_by="RoadmapItem.position")

    __table_args__ = (
        Index(
            "uq_roadmap_open",
            "enterprise_id",
            "scheme",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class RoadmapItem(Base):
    """One item: a step of an indicator. ``budget`` in 百元 (0.01 万元); ``detail``: the action's texts and cost range
    as they stood when the plan was made. ``version`` grows with every change, so that nobody overwrites unseen."""

    __tablename__ = "roadmap_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    indicator: Mapped[str] = mapped_column(String(60))
    step: Mapped[str] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    owner: Mapped[str] = mapped_column(String(60), default="")
    starts_on: Mapped[date]
    due_on: Mapped[date]
    budget: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    done_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class RoadmapNote(Base):
    """What changed of an item, with a word about it: inserted, never changed."""

    __tablename__ = "roadmap_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("roadmap_item.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(1000), default="")
    changed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
