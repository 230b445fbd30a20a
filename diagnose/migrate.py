"""Bring a database to the newest schema: `python -m diagnose.migrate`, and at every start of the server."""

import sys

from alembic import command
from alembic.config import Config

from diagnose.config import PROJECT, settings
from diagnose.db import make_engine
from diagnose.services.places import sync_divisions


def upgrade(database_url: str) -> None:
    """Create or migrate the database and add new divisions.

    Safe to call from several processes at once (see migrations/env.py).
    """
    config = Config(PROJECT / "alembic.ini")
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")
    engine = make_engine(database_url)
    sync_divisions(engine)
    engine.dispose()


if __name__ == "__main__":
    upgrade(settings().database_url)
    print("数据库已是最新。", file=sys.stderr)
