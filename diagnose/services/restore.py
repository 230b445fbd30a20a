"""flask restore: everything of a backup, or nothing. It is unpacked and checked beside, then put in place."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from diagnose import wording
from diagnose.config import PROJECT, Settings
from diagnose.services import archive, seal_keys, snapshot
from diagnose.services.archive import DATABASE, KEY, Manifest
from diagnose.services.backup import EVIDENCE_FOLDER
from diagnose.services.jobs import Refused
from diagnose.texts import say


def restore(engine: Engine, settings: Settings, path: Path, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Put a backup in place; also returns the folder in which what was there before is kept, if anything was.

    Raises Refused, and has changed nothing, when the file is damaged or of another kind of database, when a server is
    running, or when there is work here already and ``replace`` is not given.
    """
    # In the data folder, so that putting in place is renaming within one file system.
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.var_dir) as work:
        fresh = Path(work)
        manifest = archive.unpack(path, fresh)
        _fits(manifest, settings, fresh)
        _may(engine, settings, replace)
        aside = settings.var_dir / f"replaced-{wording.now().astimezone(wording.SHANGHAI):%Y%m%d-%H%M%S}"
        with ExitStack() as undo:
            _exchange(undo, fresh / EVIDENCE_FOLDER, settings.var_dir / EVIDENCE_FOLDER, aside)
            _exchange(undo, fresh / seal_keys.FOLDER, settings.var_dir / seal_keys.FOLDER, aside)
            _exchange(undo, fresh / KEY, settings.var_dir / KEY, aside)
            _database(undo, engine, fresh / DATABASE, aside)
            undo.pop_all()
    if not replace:
        shutil.rmtree(aside, ignore_errors=True)  # the empty database and the unused key of a new installation
    return manifest, aside if aside.exists() else None


def _fits(manifest: Manifest, settings: Settings, fresh: Path) -> None:
    """Raises Refused when this installation cannot run on what the backup holds."""
    here = snapshot.kind(settings.database_url)
    if manifest.database != here:
        raise Refused(say("restore_other_kind", backup=manifest.database, here=here))
    scripts = ScriptDirectory.from_config(Config(PROJECT / "alembic.ini"))
    if manifest.revision not in {script.revision for script in scripts.walk_revisions()}:
        raise Refused(say("restore_newer"))
    if here == "sqlite":
        snapshot.check_sqlite(fresh / DATABASE)


def _may(engine: Engine, settings: Settings, replace: bool) -> None:
    """Raises Refused when that would overwrite somebody's work, or pull the database away under a running server."""
    evidence = settings.var_dir / EVIDENCE_FOLDER
    worked = not snapshot.is_empty(engine) or any(path.is_file() for path in evidence.rglob("*"))
    if worked and not replace:
        raise Refused(say("restore_not_empty"))
    snapshot.refuse_use(engine)


def _database(undo: ExitStack, engine: Engine, fresh: Path, aside: Path) -> None:
    """Last, because PostgreSQL's transaction cannot be undone by renaming."""
    if engine.dialect.name == "sqlite":
        _exchange(undo, fresh, snapshot.sqlite_path(str(engine.url)), aside)
    else:
        snapshot.load(engine, fresh)


def _exchange(undo: ExitStack, fresh: Path, place: Path, aside: Path) -> None:
    """Put ``fresh`` in its place and what was there aside; ``undo`` does it backwards."""
    if place.exists():
        aside.mkdir(mode=0o700, exist_ok=True)
        shutil.move(place, aside / place.name)
        undo.callback(shutil.move, aside / place.name, place)
    if fresh.exists():
        shutil.move(fresh, place)
        undo.callback(shutil.move, place, fresh)
