"""现场诊断: who is responsible for a firm, the visit from appointment to signed result, and what was found."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnose.db import Base, UtcDateTime
from diagnose.models.assessment import Assessment
from diagnose.models.enterprise import Enterprise
from diagnose.models.people import Account

APPOINTED = "appointed"
VISITING = "visiting"
WRITTEN = "written"
CONFIRMED = "confirmed"
FINAL = "final"
CANCELLED = "cancelled"
ENDED = (FINAL, CANCELLED)

VERIFIED = "verified"
ADOPTED = "adopted"


class Assignment(Base):
    """One person answers for one firm, as ``role``: advisor (顾问) or specialist (服务专员); ended, never deleted."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    due_on: Mapped[date | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(foreign_keys=account_id)

    __table_args__ = (
        Index(
            "uq_assignment_current",
            "enterprise_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Visit(Base):
    """One onsite diagnosis. ``state`` moves as in services/visits.py; ``version`` counts the moves.

    ``base`` is the submitted self-assessment it checks, ``assessment`` the onsite one it fills in (its as_of is the
    day of the visit).
    """

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), unique=True)
    advisor_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=APPOINTED)
    version: Mapped[int] = mapped_column(default=1)
    due_on: Mapped[date | None]
    visit_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enterprise: Mapped[Enterprise] = relationship()
    base: Mapped[Assessment] = relationship(foreign_keys=base_id)
    assessment: Mapped[Assessment] = relationship(foreign_keys=assessment_id)
    advisor: Mapped[Account] = relationship()
    steps: Mapped[list["VisitStep"]] = relationship(order_by="VisitStep.id")


class VisitStep(Base):
    """One move of a visit, inserted, never changed: ``move`` as named in data/visits.yaml, ``state`` where it led."""

    __tablename__ = "visit_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    move: Mapped[str] = mapped_column(String(12), default="")
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(2000), default="")

    by: Mapped[Account | None] = relationship()


class Finding(Base):
    """What the advisor says of one question: ``choice`` verified or adopted (沿用自评), None while open; a note.

    The values themselves are the onsite assessment's draft answers. ``version`` counts the changes of value, choice
    or note, so that nobody overwrites what they have not seen.
    """

    __tablename__ = "finding"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(60), primary_key=True)
    choice: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(2000), default="")
    version: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[Account | None] = relationship()


class SyncedChange(Base):
    """A change with a number of its own that was carried out; the same one sent again gets the same answer."""

    __tablename__ = "synced_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    change: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("assessment_id", "change"),)
