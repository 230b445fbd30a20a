"""Plans and their targets, split over districts and years, and what an officer enters by hand."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnose.db import Base, UtcDateTime


class Plan(Base):
    """A plan of one division. ``code`` names a built-in one (data/targets.yaml); an officer's own has none.

    It counts from ``starts_on`` to ``deadline``, both inclusive.
    """

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(40))
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(400))
    starts_on: Mapped[date]
    deadline: Mapped[date]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    targets: Mapped[list["Target"]] = relationship(order_by="Target.position")

    __table_args__ = (UniqueConstraint("code", "division_id"),)


class Target(Base):
    """One target. ``value`` is a decimal as text; ``kind``: stock, flow, yearly or rate; ``comparator``: ge or gt.

    ``measure`` is the code in data/measures.yaml that computes the actual, empty when it is entered by hand.
    """

    __tablename__ = "target"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(30))
    unit: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    comparator: Mapped[str] = mapped_column(String(2))
    measure: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(1000), default="")


class TargetShare(Base):
    """What one division is to reach of a target in one year; ``year`` 0: over the whole plan."""

    __tablename__ = "target_share"

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id", ondelete="CASCADE"), primary_key=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(30))


class TargetActual(Base):
    """An actual entered by hand, with its source; inserted, never changed: the newest of a day counts."""

    __tablename__ = "target_actual"

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id", ondelete="CASCADE"), index=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"))
    on: Mapped[date]
    value: Mapped[str] = mapped_column(String(30))
    note: Mapped[str] = mapped_column(String(1000))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
