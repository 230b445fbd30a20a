"""The database: engine, transactions and column types. One code for SQLite and PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from threading import RLock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

# Named constraints, so that a migration can drop or change any of them on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
# `postgresql_readonly` is the dialect's own option; `read_only` is ours, read by `_begin`.
READ_ONLY = {"read_only": True, "postgresql_readonly": True}
# synchronous=FULL: an answer shown as saved survives a power cut, not only a killed process.
SQLITE_PRAGMAS = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


class Base(DeclarativeBase):
    """Mother of all models."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always aware and in UTC; SQLite, which has no time zones, stores it as plain UTC.

    Raises ValueError (inside SQLAlchemy's StatementError) for a value without a time zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(url: str) -> Engine:
    """An engine whose transactions are explicit on both databases; see `reading` and `writing`."""
    make = _sqlite if make_url(url).get_backend_name() == "sqlite" else _postgresql
    engine = make(url)
    _turns[engine] = _turn(engine)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one consistent state and cannot write: an attempt raises OperationalError or InternalError.

    On SQLite it neither waits for writers nor makes them wait.
    """
    with Session(engine, expire_on_commit=False) as session:
        session.connection(execution_options=READ_ONLY)
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose transaction commits at the end of the block, or rolls back when the block raises.

    On SQLite writers take turns from the first line of the block on. On PostgreSQL they run side by side at
    READ COMMITTED: who reads a row in order to change it selects it `with_for_update()` (SQLite ignores that).
    Loaded objects stay readable after the block.
    """
    with _turns[engine], Session(engine, expire_on_commit=False) as session, session.begin():
        session.connection()
        yield session


def _postgresql(url: str) -> Engine:
    """Connections are tried before use: the database server may have been restarted."""
    return create_engine(url, pool_pre_ping=True)


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        # SQLite gives its -wal and -shm files the rights of the database, so 0600 here covers all three.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(url)
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)
    return engine


def _connect(driver, record) -> None:  # type: ignore[no-untyped-def]
    """Leave transactions to `_begin`: left to itself, sqlite3 starts them late and only before some statements."""
    driver.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        driver.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Start a transaction with its lock already held.

    A transaction that reads first and asks for the write lock later fails at once with "database is locked" when
    another one wrote in between, whatever the timeout; so everything but `reading` asks for it at the start.
    """
    read_only = connection.get_execution_options().get("read_only", False)
    if connection.info.get("read_only") != read_only:
        connection.exec_driver_sql(f"PRAGMA query_only={int(read_only)}")
        connection.info["read_only"] = read_only
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


# Whose turn it is to write. On SQLite the threads of a process queue here, because its own way to wait for a lock is to
# sleep and look again; only processes still meet there.
_turns: WeakKeyDictionary[Engine, AbstractContextManager[object]] = WeakKeyDictionary()


def _turn(engine: Engine) -> AbstractContextManager[object]:
    return RLock() if engine.dialect.name == "sqlite" else nullcontext()


def _start_anew() -> None:
    """A connection must never be used on both sides of a fork (the server loads the application, then forks)."""
    for engine in _turns:
        engine.dispose(close=False)
        _turns[engine] = _turn(engine)


os.register_at_fork(after_in_child=_start_anew)
