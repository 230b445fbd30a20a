"""Insert or change in one statement; the two databases say it in the same words, but in their own dialects."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Insert

from diagnose.db import Base


def dialect(session: Session) -> str:
    """The name of the session's database."""
    return session.get_bind().dialect.name


def upsert(
    dialect: str, model: type[Base], replace: Collection[str] = (), change: Mapping[str, Any] | None = None
) -> Insert:
    """INSERT, to be executed with rows; where the primary key is there already, ``replace`` columns take the new value.

    ``change`` sets further columns to an expression (``{"tries": Attempt.tries + 1}``).
    """
    kind = postgresql if dialect == "postgresql" else sqlite
    insert: Any = kind.insert(model.__table__)
    values = {name: insert.excluded[name] for name in replace} | dict(change or {})
    keys = [column.name for column in inspect(model).primary_key]
    statement: Insert = insert.on_conflict_do_update(index_elements=keys, set_=values)
    return statement
