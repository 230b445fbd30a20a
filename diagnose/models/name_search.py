"""What finds firms by a part of their name: made by migration 0004 beside the tables, and different on each database.

SQLite has the FTS5 table ``firm_name`` (with the tables behind it), kept by triggers; PostgreSQL has an index.
"""

from typing import Any

PREFIX = "firm_name"
SEARCH = "firm_name"  # the FTS5 table, and its column of the same name that is matched


def compared(name: str | None, kind: str, parents: Any) -> bool:
    """Whether Alembic holds this against the models (its ``include_name``); there is no model of a search index."""
    return kind not in ("table", "index") or not (name or "").startswith(PREFIX)
