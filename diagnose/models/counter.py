"""The district's counters: sums over firms, kept by difference in the transaction that changes a fact.

A row holds what changed on its ``day`` (an ordinal; in months gone by the last day of the month), so the state at a
month's end, or today, is the sum of all rows up to that day. The row of the day FOREVER holds the sum of them all: now
is one row, and a month's end that row less what came later. Rows of BEST hold only what differs from SELF: a firm
without an onsite verdict counts the same in both, and is written once.
"""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base


class Counter(Base):
    """One cell: a division with all below it, a ruler and basis, and one slice (all, industry, size, chain, …).

    The columns from ``n`` on are `scoring.coverage.SUMS`. For the population itself ruler and basis are 0 and only
    ``n`` is filled.
    """

    __tablename__ = "counter"

    division_id: Mapped[int] = mapped_column(primary_key=True)
    ruler_id: Mapped[int] = mapped_column(primary_key=True)
    basis: Mapped[int] = mapped_column(primary_key=True)
    slice: Mapped[str] = mapped_column(String(10), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(default=0)
    l0: Mapped[int] = mapped_column(default=0)
    l1: Mapped[int] = mapped_column(default=0)
    l2: Mapped[int] = mapped_column(default=0)
    l3: Mapped[int] = mapped_column(default=0)
    l4: Mapped[int] = mapped_column(default=0)
    l5: Mapped[int] = mapped_column(default=0)
    score: Mapped[int] = mapped_column(BigInteger, default=0)
    d1: Mapped[int] = mapped_column(BigInteger, default=0)
    d2: Mapped[int] = mapped_column(BigInteger, default=0)
    d3: Mapped[int] = mapped_column(BigInteger, default=0)
    d4: Mapped[int] = mapped_column(BigInteger, default=0)
    d5: Mapped[int] = mapped_column(BigInteger, default=0)
    d6: Mapped[int] = mapped_column(BigInteger, default=0)
    cnc_n: Mapped[int] = mapped_column(default=0)
    cnc_sum: Mapped[int] = mapped_column(BigInteger, default=0)
    cnc_num: Mapped[int] = mapped_column(BigInteger, default=0)
    cnc_den: Mapped[int] = mapped_column(BigInteger, default=0)
    management_n: Mapped[int] = mapped_column(default=0)
    management_yes: Mapped[int] = mapped_column(default=0)
    tools_n: Mapped[int] = mapped_column(default=0)
    tools_yes: Mapped[int] = mapped_column(default=0)
    no_design: Mapped[int] = mapped_column(default=0)
    d1_n: Mapped[int] = mapped_column(default=0)
    d2_n: Mapped[int] = mapped_column(default=0)
    d3_n: Mapped[int] = mapped_column(default=0)
    d4_n: Mapped[int] = mapped_column(default=0)
    d5_n: Mapped[int] = mapped_column(default=0)
    d6_n: Mapped[int] = mapped_column(default=0)

    __table_args__ = ({"sqlite_with_rowid": False},)


class ScoreCount(Base):
    """How many firms of a division have a score: two steps, so that a percentile reads few rows.

    ``measure``: 0 the score, 1 … 6 the dimensions' permille. ``step`` 0: ``place`` is the coarse bin; 1: the value.
    """

    __tablename__ = "score_count"

    division_id: Mapped[int] = mapped_column(primary_key=True)
    ruler_id: Mapped[int] = mapped_column(primary_key=True)
    basis: Mapped[int] = mapped_column(primary_key=True)
    measure: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(default=0)

    __table_args__ = ({"sqlite_with_rowid": False},)
