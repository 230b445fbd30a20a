"""Bring a database to the newest schema: `python -m diagnose.migrate`, and at every start of the server."""

import sys

from alembic import command
from alembic.config import Config

from diagnose.config import PROJECT, settings


def upgrade(database_url: str) -> None:
    """Create or migrate the database; safe to call from several processes at once (see migrations/env.py)."""
    config = Config(PROJECT / "alembic.ini")
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")


if __name__ == "__main__":
    upgrade(settings().database_url)
    print("数据库已是最新。", file=sys.stderr)
