"""The same sums over the same table of verdicts by our own reader, SQLite, DuckDB and PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, Integer, create_engine, select, text

from bench.timing import medians
from diagnose.db import reading
from diagnose.models import Term, VerdictSpan
from diagnose.models.span import SELF
from diagnose.services import spans
from scoring import coverage
from scoring.coverage import FIGURES
from tests.databases import postgres_cluster

ROUNDS = 7
SUMMED = ("score", *FIGURES)
GROUPED = (
    "SELECT division_id, level, count(*), "
    + ", ".join(f"sum({name})" for name in SUMMED)
    + " FROM verdict_span WHERE ruler_id = {ruler} AND kind = 1 AND from_day <= {day} AND to_day > {day}"
    + " GROUP BY division_id, level"
)
Columns = dict[str, NDArray[np.int64]]


def measured(engine: Engine, ruler: str, day: int) -> dict[str, float]:
    """Milliseconds of the sums by division and level, on a day, of one ruler's self-assessments."""
    with reading(engine) as session:
        number = session.scalars(select(Term.id).where(Term.kind == "ruler", Term.name == ruler)).one()
        table = spans.columns(session, select(*VerdictSpan.__table__.columns))
    sums = GROUPED.format(ruler=number, day=day)
    with _duckdb(table) as duck, _postgresql(table) as postgres, engine.connect() as sqlite:
        jobs: dict[str, Callable[[], object]] = {
            "tally_ms": lambda: _ours(engine, number, day),
            "sqlite_ms": lambda: sqlite.execute(text(sums)).all(),
            "duckdb_ms": lambda: duck.execute(sums).fetchall(),
            "postgresql_ms": lambda: postgres.execute(text(sums)).all(),
        }
        return {name: seconds * 1000 for name, seconds in medians(jobs, ROUNDS).items()}


def _ours(engine: Engine, ruler: int, day: int) -> object:
    """What a cockpit of any combination does: read the rows as arrays, sum them by division."""
    span = VerdictSpan
    asked = select(span.division_id, span.level, span.score, *(getattr(span, name) for name in FIGURES))
    held = (span.ruler_id == ruler, span.kind == SELF, span.from_day <= day, span.to_day > day)
    with reading(engine) as session:
        columns = spans.columns(session, asked.where(*held))
    return coverage.tally(columns, columns["division_id"])


@contextmanager
def _duckdb(table: Columns) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as duck:
        duck.register("rows", table)
        duck.execute("CREATE TABLE verdict_span AS SELECT * FROM rows")
        yield duck


@contextmanager
def _postgresql(table: Columns) -> Iterator[Any]:
    kinds = {column.name: "integer" if isinstance(column.type, Integer) else "bigint" for column in _columns()}
    with postgres_cluster() as folder:
        engine = create_engine(f"postgresql+psycopg://postgres@/postgres?host={folder}")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE TABLE verdict_span ({', '.join(f'{n} {k}' for n, k in kinds.items())})"))
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY verdict_span ({', '.join(kinds)}) FROM STDIN") as copy:
                for row in zip(*(table[name].tolist() for name in kinds), strict=True):
                    copy.write_row(row)
            connection.execute(text("ANALYZE verdict_span"))
            connection.commit()
            yield connection
        engine.dispose()


def _columns() -> Any:
    return VerdictSpan.__table__.columns
