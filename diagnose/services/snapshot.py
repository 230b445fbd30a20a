"""A database as one file while others write to it, and back: SQLite's backup API, PostgreSQL's own programs."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, make_url, text

from diagnose.services.jobs import Refused
from diagnose.texts import say

# Rows in any of these mean that somebody has worked here.
WORK = ("enterprise", "account", "audit_entry")


def kind(url: str) -> str:
    """sqlite or postgresql."""
    return make_url(url).get_backend_name()


def dump(url: str, target: Path) -> None:
    """One consistent state of the database into a new file (0600). Raises Refused."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    if kind(url) == "sqlite":
        _copy_sqlite(sqlite_path(url), target)
    else:
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def sqlite_path(url: str) -> Path:
    """Where the database file lies."""
    return Path(make_url(url).database or "")


def _copy_sqlite(path: Path, target: Path) -> None:
    """All pages in one step: in WAL mode that holds up no writer, and no writer makes it start again."""
    read_only = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(read_only, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, no -wal beside it


def check_sqlite(path: Path) -> None:
    """Raises Refused when the file is no whole SQLite database."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError:
        found = None
    if found != ("ok",):
        raise Refused(say("restore_damaged"))


def is_empty(engine: Engine) -> bool:
    """Whether nobody has worked with this database yet; one that was only created and migrated counts as empty."""
    there = [name for name in inspect(engine).get_table_names() if name in WORK]
    with engine.connect() as connection:
        return not any(connection.scalar(text(f"SELECT 1 FROM {name} LIMIT 1")) for name in there)


def refuse_use(engine: Engine) -> None:
    """Raises Refused while a server, or anybody else, has the database open."""
    engine.dispose()
    used = _sqlite_used(sqlite_path(str(engine.url))) if engine.dialect.name == "sqlite" else _postgres_used(engine)
    if used:
        raise Refused(say("restore_in_use"))


def _sqlite_used(path: Path) -> bool:
    """Only who is alone with a database can leave WAL mode; that also takes the -wal file into the database."""
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            return True
    return False


def _postgres_used(engine: Engine) -> bool:
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    with engine.connect() as connection:
        used = bool(connection.scalar(text(others)))
    engine.dispose()
    return used


def load(engine: Engine, dumped: Path) -> None:
    """Put a PostgreSQL dump in the place of everything in the database, in one transaction. Raises Refused."""
    url = engine.url.render_as_string(hide_password=False)
    script, clear = dumped.with_suffix(".sql"), dumped.with_suffix(".clear.sql")
    _run("pg_restore", None, "--no-owner", "--no-privileges", f"--file={script}", str(dumped))
    names = ", ".join(f'"{name}"' for name in inspect(engine).get_table_names())
    engine.dispose()
    clear.write_text(f"DROP TABLE {names} CASCADE;" if names else "")
    once = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run("psql", url, *once, f"--file={clear}", f"--file={script}")


def _run(program: str, url: str | None, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, which other users cannot see."""
    found = shutil.which(program)
    if found is None:
        raise Refused(say("no_program", program=program))
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    target = []
    if url is not None:
        address = make_url(url).set(drivername="postgresql")
        environment |= {"PGPASSWORD": str(address.password)} if address.password else {}
        target = [f"--dbname={_without_password(address)}"]
    done = subprocess.run([found, *arguments, *target], env=environment, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Refused(say("program_failed", program=program, reason=lines[0] if lines else done.returncode))


def _without_password(address: URL) -> str:
    bare = URL.create("postgresql", address.username, None, address.host, address.port, address.database, address.query)
    return bare.render_as_string()
