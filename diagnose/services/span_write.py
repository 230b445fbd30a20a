"""Rows of numbers into the database, many at once and in the order of their keys, so that nobody waits in a circle."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from diagnose.db import Base
from diagnose.models import FirmSpan, VerdictSpan
from diagnose.services.count_make import COUNTER, COUNTER_KEYS, SCORES, SLICES
from diagnose.services.int_columns import IntArray
from diagnose.services.int_keys import packed
from diagnose.services.span_make import FIRM, VERDICT

Model = type[FirmSpan] | type[VerdictSpan]
Row = tuple[Any, ...]
KEYS: dict[Model, tuple[str, ...]] = {
    FirmSpan: ("enterprise_id", "from_day"),
    VerdictSpan: ("enterprise_id", "ruler_id", "kind", "from_day"),
}
COLUMNS: dict[Model, tuple[str, ...]] = {FirmSpan: FIRM, VerdictSpan: VERDICT}
CHUNK = 50_000


def difference(old: IntArray, new: IntArray, model: Model) -> tuple[IntArray, IntArray]:
    """(rows to delete, rows to insert) of two sets of spans; both are in the order of their keys."""
    places = [COLUMNS[model].index(name) for name in KEYS[model]]
    found = packed(np.concatenate([old[places], new[places]], axis=1))
    was, becomes = found[: old.shape[1]], found[old.shape[1] :]
    at = np.searchsorted(was, becomes)
    near = np.minimum(at, max(old.shape[1] - 1, 0))
    same = np.zeros(new.shape[1], np.bool_)
    if old.shape[1]:
        same = (was[near] == becomes) & (old[:, near] == new).all(axis=0)
    kept = np.zeros(old.shape[1], np.bool_)
    kept[near[same]] = True
    return old[:, ~kept], new[:, ~same]


def replace(session: Session, model: Model, gone: Sequence[Row], come: Sequence[Row]) -> None:
    """Delete and insert rows of spans, given with all their columns."""
    columns, keys = COLUMNS[model], KEYS[model]
    connection = session.connection()
    old = map(itemgetter(*(columns.index(name) for name in keys)), gone)
    _many(connection, _delete(connection.dialect.name, model.__tablename__, keys), old)
    _many(connection, _insert(connection.dialect.name, model.__tablename__, columns), come)


def add(session: Session, cells: Iterable[Row], scores: Iterable[Row]) -> None:
    """Let the counters move by so much: rows of both tables, but that a slice is given by its place in SLICES."""
    connection = session.connection()
    dialect, at = connection.dialect.name, COUNTER.index("slice")
    named = [(*row[:at], SLICES[row[at]], *row[at + 1 :]) for row in cells]
    _many(connection, _upsert(dialect, "counter", COUNTER, COUNTER_KEYS), named)
    _many(connection, _upsert(dialect, "score_count", SCORES, len(SCORES) - 1), scores)


def drop_empty(session: Session) -> None:
    """Take out the rows of both tables that count nobody any more."""
    connection = session.connection()
    for table, sums in (("counter", COUNTER[COUNTER_KEYS:]), ("score_count", SCORES[-1:])):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = 0' for name in sums)}")


def tuples(rows: IntArray) -> list[tuple[int, ...]]:
    return list(map(tuple, rows.T.tolist()))


def _many(connection: Connection, sql: str, rows: Iterable[Row]) -> None:
    """Straight to the driver: SQLAlchemy would look at every value."""
    rows = list(rows)
    if rows:
        cursor: Any = connection.connection.cursor()
        try:
            cursor.executemany(sql, rows)
        finally:
            cursor.close()


def _holes(dialect: str, count: int) -> str:
    return ", ".join(["?" if dialect == "sqlite" else "%s"] * count)


@cache
def _insert(dialect: str, table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({_holes(dialect, len(columns))})"


@cache
def _delete(dialect: str, table: str, keys: Sequence[str]) -> str:
    hole = _holes(dialect, 1)
    return f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = {hole}' for name in keys)}"


@cache
def _upsert(dialect: str, table: str, columns: Sequence[str], keys: int) -> str:
    moved = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns[keys:])
    return f"{_insert(dialect, table, columns)} ON CONFLICT ({', '.join(columns[:keys])}) DO UPDATE SET {moved}"


def fill(session: Session, model: type[Base], columns: Sequence[str], rows: Iterator[Row]) -> None:
    """Insert very many new rows as fast as the database takes them."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    table = model.__tablename__
    if connection.dialect.name == "sqlite":
        driver.executemany(_insert("sqlite", table, tuple(columns)), rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def pieces(rows: IntArray) -> Iterator[tuple[int, ...]]:
    """The rows (columns, n) one by one, without making all of them at once."""
    for start in range(0, rows.shape[1], CHUNK):
        yield from zip(*rows[:, start : start + CHUNK].tolist(), strict=True)


def cell_pieces(cells: IntArray) -> Iterator[Row]:
    """The same for the table Counter."""
    place = COUNTER.index("slice")
    for start in range(0, cells.shape[1], CHUNK):
        columns: list[list[Any]] = cells[:, start : start + CHUNK].tolist()
        columns[place] = [SLICES[number] for number in columns[place]]
        yield from zip(*columns, strict=True)
