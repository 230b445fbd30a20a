"""Fixtures that run a storage test on SQLite and on PostgreSQL: ask for `database_url` or `engine`.

`tests/conftest.py` takes them over by name. The PostgreSQL cluster is private to the test run: its own folder, a Unix
socket in it instead of a network port, gone at the end.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from diagnose.db import make_engine
from diagnose.migrate import upgrade

BINARIES = Path("/usr/lib/postgresql")
# PostgreSQL refuses to run as root.
UNPRIVILEGED = ("postgres", "nobody")
# No write has to survive the test run, and nothing lives long enough to need a vacuum.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
# A database is hundreds of small files: in memory a copy takes a twentieth of the time.
MEMORY = Path("/dev/shm")
ENOUGH = 2**30


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The socket folder of a running private cluster with the superuser `postgres`."""
    with postgres_cluster() as folder:
        yield folder


@contextmanager
def postgres_cluster() -> Iterator[str]:
    """The same for whoever is no test."""
    # Removed whatever happens: what is left in memory stays there until the machine is started again.
    with tempfile.TemporaryDirectory(prefix="zz-pg-", dir=_memory()) as folder:
        process = _started(Path(folder))
        try:
            _wait_until_ready(process, Path(folder))
            yield folder
        finally:
            process.send_signal(signal.SIGINT)  # "fast shutdown": does not wait for open connections
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def postgres_copy(postgres_server: str) -> Callable[[], str]:
    """Makes a new migrated PostgreSQL database at each call and gives its URL."""
    template = f"template_{secrets.token_hex(4)}"
    _run_sql(postgres_server, f"CREATE DATABASE {template}")
    upgrade(_postgres_url(postgres_server, template))

    def copy() -> str:
        name = f"test_{secrets.token_hex(4)}"
        _run_sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return _postgres_url(postgres_server, name)

    return copy


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'test.sqlite3')}"


@pytest.fixture
def postgres_url(postgres_copy: Callable[[], str], postgres_server: str) -> Iterator[str]:
    """A fresh migrated PostgreSQL database, dropped after the test."""
    url = postgres_copy()
    yield url
    name = url.removeprefix("postgresql+psycopg://postgres@/").partition("?")[0]
    _run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database; the test runs once on each kind."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a single table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    folder: str = request.getfixturevalue("postgres_server")
    name = f"empty_{secrets.token_hex(4)}"
    _run_sql(folder, f"CREATE DATABASE {name}")
    return _postgres_url(folder, name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on `database_url`, closed after the test."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def _memory() -> Path | None:
    """The machine's folder in memory when there is room for all databases of a test run, else None: the usual one."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH else None


def _started(folder: Path) -> subprocess.Popen[bytes]:
    """A new cluster in `folder` and its server, which may not answer yet."""
    programs, prefix, data = _programs(), _unprivileged(folder), folder / "data"
    arguments = ["-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run([*prefix, programs / "initdb", *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", *FAST]
    options = [word for setting in settings for word in ("-c", setting)]
    with (folder / "log").open("w") as log:
        return subprocess.Popen([*prefix, programs / "postgres", "-D", data, *options], cwd=folder, stderr=log)


def _programs() -> Path:
    """The folder of PostgreSQL's programs: version 15 when there, else the newest."""
    found = {int(path.parts[-3]): path.parent for path in BINARIES.glob("[1-9][0-9]/bin/initdb")}
    if not found:
        pytest.fail("缺少 PostgreSQL：请运行 apt-get install postgresql（script/test 会自动安装）。", pytrace=False)
    return found.get(15) or found[max(found)]


def _unprivileged(folder: Path) -> list[str]:
    """Command prefix that runs a program as its folder's owner, who is not root, and ends it with this process."""
    prefix = ["setpriv", "--pdeathsig", "INT"]
    if os.getuid() == 0:
        user = next(entry for entry in pwd.getpwall() if entry.pw_name in UNPRIVILEGED)
        os.chown(folder, user.pw_uid, user.pw_gid)
        prefix += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [*prefix, "--"]


def _postgres_url(folder: str, database: str) -> str:
    return f"postgresql+psycopg://postgres@/{database}?host={folder}"


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Raises RuntimeError with the server's log when it does not answer within 30 s."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return _run_sql(str(folder), "SELECT 1")
        except OperationalError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError((folder / "log").read_text())


def _run_sql(folder: str, statement: str) -> None:
    """Run one statement outside a transaction, as CREATE DATABASE needs."""
    engine = create_engine(_postgres_url(folder, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
