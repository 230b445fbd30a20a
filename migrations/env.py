"""Run by Alembic. One migration run at a time per database, and all of it or nothing."""

import sqlite3
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, event

import diagnose.models  # noqa: F401 (fills Base.metadata)
from diagnose.config import settings
from diagnose.db import Base, UtcDateTime, make_engine
from diagnose.models.name_search import compared

# Any fixed number; PostgreSQL gives the lock with this number to one transaction at a time.
LOCK = 2025_1111
WAIT_MS = 600_000


def prepare_sqlite(driver: sqlite3.Connection, record: Any) -> None:
    """Wait for another migration to end, and let tables be rebuilt without their rows' children being deleted."""
    driver.execute(f"PRAGMA busy_timeout={WAIT_MS}")
    driver.execute("PRAGMA foreign_keys=OFF")


def render_item(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write our own type as the plain one it is stored as, so that old migrations do not depend on today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def lock(connection: Connection) -> None:
    """On SQLite the transaction itself is the lock: it began with BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def check_foreign_keys(connection: Connection) -> None:
    """The check that was off while tables were rebuilt. Raises RuntimeError, which rolls everything back."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"数据库升级会留下无主数据，已全部撤销：{broken[:5]}")


def migrate(url: str) -> None:
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_sqlite)
    with engine.begin() as connection:
        lock(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            include_name=compared,
            render_as_batch=connection.dialect.name == "sqlite",
            transactional_ddl=True,
        )
        context.run_migrations()
        check_foreign_keys(connection)
    engine.dispose()


migrate(context.config.attributes.get("database_url") or settings().database_url)
