"""Writing very many rows fast, under ids and days of our own, the same on both databases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select, text

from diagnose.db import Base
from diagnose.models import Assessment, Diagnosis, Enterprise, EnterpriseDivision, FirmFact, Statement
from diagnose.services.population_answers import Ints

Row = tuple[Any, ...]
TABLES: tuple[type[Base], ...] = (Enterprise, EnterpriseDivision, Assessment, Statement, Diagnosis, FirmFact)


@dataclass
class Writer:
    """Writes rows under ids of its own; nothing else may write to these tables meanwhile."""

    connection: Connection
    following: dict[type[Base], int] = field(default_factory=dict)

    @classmethod
    def on(cls, connection: Connection) -> "Writer":
        """A writer whose ids follow those there are."""
        ids = {model: model.__table__.c.id for model in TABLES}
        highest = {model: connection.scalar(select(func.max(column))) for model, column in ids.items()}
        return cls(connection, {model: (last or 0) + 1 for model, last in highest.items()})

    def ids(self, model: type[Base], count: int) -> range:
        """The next ids of a table."""
        first = self.following[model]
        self.following[model] = first + count
        return range(first, first + count)

    def write(self, model: type[Base], columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Insert rows of texts and numbers, as many as there are."""
        driver: Any = self.connection.connection.driver_connection
        table, named = model.__tablename__, ", ".join(columns)
        if self.connection.dialect.name == "sqlite":
            driver.executemany(f"INSERT INTO {table} ({named}) VALUES ({', '.join('?' * len(columns))})", rows)
            return
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def done(self) -> None:
        """Let the database's own numbering go on from here."""
        if self.connection.dialect.name == "postgresql":
            for model, following in self.following.items():
                name = model.__tablename__
                self.connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {following})"))


@dataclass(frozen=True)
class Calendar:
    """Days (ordinals from ``first``) as texts that both databases read; ``zone``: "+00" where moments keep one."""

    first: int
    today: int
    zone: str
    ahead: int = 5 * 366  # facts may hold until after today

    @cached_property
    def _days(self) -> NDArray[np.object_]:
        ordinals = range(self.first, self.today + self.ahead)
        return np.array([date.fromordinal(each).isoformat() for each in ordinals], dtype=object)

    def days(self, ordinals: Ints) -> list[str]:
        texts: list[str] = self._days[ordinals - self.first].tolist()
        return texts

    def moments(self, ordinals: Ints, clock: str) -> list[str]:
        """That time (UTC) of these days."""
        texts: list[str] = (self._days + f" {clock}:00.000000{self.zone}")[ordinals - self.first].tolist()
        return texts
