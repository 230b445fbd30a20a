"""What a first start lays down: the key, the rights of the files, the database and its transactions."""

import multiprocessing
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from diagnose.config import private_folder, secret_key, settings
from diagnose.db import UtcDateTime, make_engine, reading, writing
from diagnose.migrate import upgrade

PROCESSES = 8
PATIENCE = 60  # seconds
T = TypeVar("T")


class Base(DeclarativeBase):
    """Apart from the application's models, so that nothing of this stands in its tables."""


class Event(Base):
    __tablename__ = "test_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(default=0)


@pytest.fixture
def events(engine: Engine) -> Iterator[Engine]:
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    yield engine
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def together(job: Callable[..., T], *arguments: object) -> list[T]:
    """What `job` gives in new processes that all start it at the same moment."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # imports once, not once a process
    barrier, given = context.Barrier(PROCESSES), context.Queue()
    running = [context.Process(target=at_barrier, args=(barrier, given, job, *arguments)) for _ in range(PROCESSES)]
    for process in running:
        process.start()
    try:
        return [given.get(timeout=PATIENCE) for _ in running]
    finally:
        for process in running:
            process.join(timeout=PATIENCE)
            process.kill()


def at_barrier(barrier: Barrier, given: "Queue[T]", job: Callable[..., T], *arguments: object) -> None:
    """What fails puts nothing into the queue, and its traceback on stderr."""
    barrier.wait(timeout=PATIENCE)
    given.put(job(*arguments))


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    folders = [private_folder(tmp_path / str(number)) for number in range(20)]
    keys = together(keys_of, folders)
    assert len({tuple(found) for found in keys}) == 1
    assert len(set(keys[0])) == len(folders)
    assert all(len(key) == 64 for key in keys[0])
    assert [[path.name for path in folder.iterdir()] for folder in folders] == [["secret_key"]] * len(folders)


def keys_of(folders: list[Path]) -> list[str]:
    return [secret_key(folder) for folder in folders]


def test_key_is_kept_and_private(tmp_path: Path) -> None:
    first = secret_key(tmp_path)
    assert secret_key(tmp_path) == first
    assert mode(tmp_path / "secret_key") == 0o600


def test_empty_key_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(ValueError, match=str(tmp_path / "secret_key")):
        secret_key(tmp_path)


def test_settings_make_a_private_folder_and_name_its_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = settings()
    assert found.var_dir == tmp_path / "var"
    assert found.database_url == f"sqlite:///{tmp_path}/var/diagnose.sqlite3"
    assert found.secret_key == secret_key(found.var_dir)
    assert mode(found.var_dir) == 0o700


def test_wide_open_data_folder_is_closed(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o755)
    assert mode(private_folder(tmp_path / "var")) == 0o700


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@db/zz", "postgresql+psycopg://u:p@db/zz"),
        ("postgres://u@db/zz", "postgresql+psycopg://u@db/zz"),
        ("postgresql+psycopg://u@db/zz", "postgresql+psycopg://u@db/zz"),
        ("sqlite:////srv/zz.sqlite3", "sqlite:////srv/zz.sqlite3"),
    ],
)
def test_database_url_names_the_driver_we_ship(
    given: str, used: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", given)
    assert settings().database_url == used


def test_database_and_its_journal_are_private(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    with writing(engine) as session:
        session.execute(text("CREATE TABLE t (x INTEGER)"))
    with reading(engine):
        modes = {path.name: mode(path) for path in tmp_path.iterdir()}
    engine.dispose()
    assert modes == {"test.sqlite3": 0o600, "test.sqlite3-wal": 0o600, "test.sqlite3-shm": 0o600}


def test_migrations_that_start_together_make_one_database(empty_database_url: str) -> None:
    together(upgrade, empty_database_url)
    engine = make_engine(empty_database_url)
    assert "alembic_version" in inspect(engine).get_table_names()
    engine.dispose()


def test_migrating_again_changes_nothing(engine: Engine, database_url: str) -> None:
    before = inspect(engine).get_table_names()
    upgrade(database_url)
    assert inspect(engine).get_table_names() == before


def test_moment_comes_back_in_utc(events: Engine) -> None:
    given = datetime(2025, 12, 1, 7, 30, 0, 123456, ZoneInfo("Asia/Shanghai"))
    with writing(events) as session:
        session.add_all([Event(id=1, at=given), Event(id=2, at=None)])
    with reading(events) as session:
        found = session.scalars(select(Event.at).order_by(Event.id)).all()
    assert found == [given, None]
    assert found[0] is not None and found[0].tzinfo is UTC


def test_moments_compare_in_the_query(events: Engine) -> None:
    given = datetime(2025, 12, 1, 23, 30, tzinfo=UTC)
    with writing(events) as session:
        session.add(Event(id=1, at=given))
    query = select(Event.id).where(Event.at <= given.astimezone(ZoneInfo("Asia/Shanghai")))
    with reading(events) as session:
        assert session.scalars(query).all() == [1]


def test_moment_without_time_zone_is_refused(events: Engine) -> None:
    with pytest.raises(StatementError, match="time zone"), writing(events) as session:
        session.add(Event(id=1, at=datetime(2025, 12, 1)))


def test_writing_rolls_back_when_the_block_raises(events: Engine) -> None:
    with pytest.raises(KeyError), writing(events) as session:
        session.add(Event(id=1))
        session.flush()
        raise KeyError
    with reading(events) as session:
        assert session.get(Event, 1) is None


def test_reading_cannot_write(events: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), reading(events) as session:
        session.add(Event(id=1))
        session.flush()
    with writing(events) as session:
        session.add(Event(id=1))


def test_reading_sees_one_state_while_another_writes(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    with reading(engine) as session:
        before = session.scalars(select(Event.id)).all()
        with writing(engine) as other:
            other.add(Event(id=1))
        assert session.scalars(select(Event.id)).all() == before == []
    with reading(engine) as session:
        assert session.scalars(select(Event.id)).all() == [1]
    engine.dispose()


def test_concurrent_writers_take_turns_and_lose_nothing(events: Engine) -> None:
    with writing(events) as session:
        session.add(Event(id=1))

    def add_one(_: int) -> None:
        with writing(events) as session:
            session.scalars(select(Event).where(Event.id == 1).with_for_update()).one().count += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(200)))
    with reading(events) as session:
        assert session.scalars(select(Event.count)).one() == 200


def test_writers_in_many_processes_lose_nothing(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    with writing(engine) as session:
        session.add(Event(id=1))
    together(add_fifty, sqlite_url)
    with reading(engine) as session:
        assert session.scalars(select(Event.count)).one() == 50 * PROCESSES
    engine.dispose()


def add_fifty(url: str) -> None:
    engine = make_engine(url)
    for _ in range(50):
        with writing(engine) as session:
            session.scalars(select(Event).where(Event.id == 1)).one().count += 1
    engine.dispose()
