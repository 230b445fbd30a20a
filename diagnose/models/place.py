"""行政区划: one tree with ids of its own, so that parks and streets can stand below or beside GB/T 2260."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnose.db import Base


class Division(Base):
    """One node: province, city, district, or later 开发区 (zone), park, street.

    ``code`` is the GB/T 2260 code where there is one; ``path`` is ``/1/23/456/``, the ids from the root down
    to this node, so that a subtree is one prefix. ``closed_on``: nothing new is put there any more.
    """

    __tablename__ = "division"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(120), unique=True)
    closed_on: Mapped[date | None]
