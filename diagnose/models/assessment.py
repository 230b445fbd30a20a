"""填报: a draft that is filled in, and then submitted once."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime

DRAFT = "draft"
SUBMITTED = "submitted"
SET_ASIDE = "set_aside"


class Assessment(Base):
    """One filling of one form edition.

    ``purpose``: first, other, again (重新自评), correction (更正) or visit (现场诊断). ``status``: draft, submitted, or
    set_aside (a draft that gave way when two files of one firm were joined, that was dropped with evidence beside it,
    or whose visit was cancelled). A submitted one may be sent back (``returned_at``) with a reason: it stands, and the
    firm is asked for a correction.
    """

    __tablename__ = "assessment"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    form: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(12))
    as_of: Mapped[date]
    status: Mapped[str] = mapped_column(String(12), default=DRAFT)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    return_reason: Mapped[str] = mapped_column(String(2000), default="", server_default=text("''"))

    __table_args__ = (
        # One open draft a form: two clicks on 重新自评 end in the same draft.
        Index(
            "uq_assessment_open",
            "enterprise_id",
            "kind",
            "form",
            unique=True,
            sqlite_where=text("status = 'draft'"),
            postgresql_where=text("status = 'draft'"),
        ),
        Index(
            "ix_assessment_returned",
            "enterprise_id",
            sqlite_where=text("returned_at IS NOT NULL"),
            postgresql_where=text("returned_at IS NOT NULL"),
        ),
    )

    @property
    def form_name(self) -> str:
        return f"{self.form}/{self.edition}"


class DraftAnswer(Base):
    """What was typed for one fact of one draft: the texts as typed, whether or not they make sense yet."""

    __tablename__ = "draft_answer"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    typed: Mapped[list[str]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
