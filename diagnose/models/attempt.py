"""Counting tries, so that guessing is slow."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime


class Attempt(Base):
    """Tries at one moment, shared by all workers. ``key`` is a keyed hash of what was tried or of who tried."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    tries: Mapped[int]
