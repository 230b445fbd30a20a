"""What is known about a firm beside its questionnaires: tiers, recognitions, chain, park, projects, R&D, each dated."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime


class FirmFact(Base):
    """One dated fact; ``code`` and the meaning of ``value`` are in data/firm-facts.yaml.

    It holds from ``valid_from`` to before ``valid_to`` (None: still). A fact entered by mistake is withdrawn, not
    deleted: nothing counts it any more, and the file still shows who had entered it.
    """

    __tablename__ = "firm_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    value: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (Index("ix_firm_fact_dated", "code", "valid_from"),)
