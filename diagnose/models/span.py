"""What held of a firm from which day to which day, in narrow rows that statistics read; derived from the truth.

Days are proleptic ordinals (date.toordinal); ``to_day`` is exclusive, FOREVER while it holds. services/spans.py makes
the rows anew, in the same transaction, whenever what they come from changes; `flask recount` proves them right.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base

FOREVER = 4_000_000
SELF, ONSITE, BEST = 1, 2, 3  # basis: 企业自评, 现场核验, and the onsite one where there is one, else the own
POPULATION = 0  # the firms in scope themselves, whether or not they have a verdict


class Term(Base):
    """A word that rows of numbers name by its id: a chain (产业链), a locality (园区、街道) or a ruler."""

    __tablename__ = "term"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("kind", "name"),)


class FirmSpan(Base):
    """A firm in scope (应诊断: verified and open) and what it was during these days.

    ``industry`` is the code as a number; ``size`` the place of the class in `classify.SizeClass`; ``chain`` and
    ``locality`` are term ids, 0 for none; ``marks`` has one bit for each mark of data/firm-facts.yaml.
    """

    __tablename__ = "firm_span"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), primary_key=True)
    from_day: Mapped[int] = mapped_column(primary_key=True)
    to_day: Mapped[int]
    division_id: Mapped[int] = mapped_column(index=True)
    industry: Mapped[int]
    size: Mapped[int]
    chain: Mapped[int] = mapped_column(index=True)
    locality: Mapped[int] = mapped_column(index=True)
    marks: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_firm_span_marks", "marks", sqlite_where=text("marks != 0"), postgresql_where=text("marks != 0")),
        {"sqlite_with_rowid": False},
    )


class VerdictSpan(Base):
    """The verdict of one ruler and kind that held during these days, with what the firm was then.

    ``best``: 1 while it is the best available one. ``score`` as in Diagnosis; ``d1`` … ``d6`` are the dimensions'
    得分率 in permille, rounded half-up, -1 where there is none. The others are as in `scoring.coverage.FIGURES`.
    """

    __tablename__ = "verdict_span"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id", ondelete="CASCADE"), primary_key=True)
    ruler_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[int] = mapped_column(primary_key=True)
    from_day: Mapped[int] = mapped_column(primary_key=True)
    to_day: Mapped[int]
    best: Mapped[int]
    division_id: Mapped[int]
    industry: Mapped[int]
    size: Mapped[int]
    chain: Mapped[int]
    locality: Mapped[int]
    marks: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[int]
    score: Mapped[int]
    d1: Mapped[int]
    d2: Mapped[int]
    d3: Mapped[int]
    d4: Mapped[int]
    d5: Mapped[int]
    d6: Mapped[int]
    cnc_num: Mapped[int]
    cnc_den: Mapped[int]
    management: Mapped[int]
    tools: Mapped[int]
    no_design: Mapped[int]

    __table_args__ = (Index("ix_verdict_span_level", "level", "ruler_id"), {"sqlite_with_rowid": False})
