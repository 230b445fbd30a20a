"""Counting tries, so that guessing is slow."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base, UtcDateTime


class Attempt(Base):
    """Tries of one kind from one address within one window, shared by all workers."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    tries: Mapped[int]
