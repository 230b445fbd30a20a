"""What was said and what was judged: inserted once, never changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime


class Statement(Base):
    """One submission's facts: true on ``as_of``, known since ``recorded_at``, said by ``by_id`` (None: no account).

    ``adopted``: the fact codes of an onsite statement that the advisor took over from the self-assessment (沿用自评).
    """

    __tablename__ = "statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    as_of: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    form: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    adopted: Mapped[list[str]] = mapped_column(JSON, default=list)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (Index("ix_statement_facts", "enterprise_id", "kind", "as_of", "recorded_at"),)


class Diagnosis(Base):
    """One verdict (诊断) of one ruler on the facts of one kind as of one day, as known at one moment.

    ``score`` is in units of 10**-decimals of the ruleset; ``result`` holds the points of indicators and dimensions
    (as in scoring.verdict) and the unmet conditions; ``statements`` are the ids of the statements read. ``figures`` are
    what the district's statistics read of it, in the order of `scoring.coverage.FIGURES`.
    """

    __tablename__ = "diagnosis"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    scheme: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(20))
    ruleset_sha256: Mapped[str] = mapped_column(String(64))
    as_of: Mapped[date]
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)
    statements: Mapped[list[int]] = mapped_column(JSON)
    score: Mapped[int]
    level: Mapped[int]
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    figures: Mapped[list[int] | None] = mapped_column(JSON)

    __table_args__ = (Index("ix_diagnosis_file", "enterprise_id", "kind", "scheme", "as_of"),)

    @property
    def ruleset(self) -> str:
        return f"{self.scheme}/{self.edition}"


class InsertOnlyError(RuntimeError):
    """Somebody tried to change a statement or a verdict."""


@event.listens_for(Statement, "before_update")
@event.listens_for(Diagnosis, "before_update")
def _refuse(_mapper: object, _connection: object, target: object) -> None:
    raise InsertOnlyError(f"{type(target).__name__} rows are inserted, never changed")
