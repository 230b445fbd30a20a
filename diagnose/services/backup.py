"""flask backup: database, keys and local evidence in one file, while the server goes on writing."""

import tempfile
from pathlib import Path

from sqlalchemy import Engine, text

from diagnose import wording
from diagnose.config import Settings, private_folder
from diagnose.db import reading, writing
from diagnose.services import archive, audit, audit_check, jobs, seal_keys, snapshot
from diagnose.services.archive import DATABASE, EVIDENCE, KEY, SEAL, Manifest
from diagnose.services.jobs import Refused, Run
from diagnose.texts import say

EVIDENCE_FOLDER = "evidence"
LOCAL, EXTERNAL = "local", "external"


def backup(engine: Engine, settings: Settings, folder: Path) -> Path:
    """Write a new backup into ``folder`` and return its path; a job tells how it went. Raises Refused."""
    with jobs.running(engine, "backup") as run:
        try:
            path = _write(engine, settings, folder, run)
        except OSError as error:
            raise Refused(say("backup_failed", reason=error.strerror or type(error).__name__)) from error
        with writing(engine) as session:
            audit.record(session, settings.secret_key, "backup", None, name=path.name)
        run.message = say("backup_done", file=path.name, size=wording.thousands(path.stat().st_size // 1024 + 1))
        return path


def _write(engine: Engine, settings: Settings, folder: Path, run: Run) -> Path:
    """The database first: whatever evidence it names is complete by then, and evidence is never changed."""
    path = (folder if folder.is_dir() else private_folder(folder)) / _name()
    manifest = _manifest(engine, settings)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as work:
        dumped = Path(work) / DATABASE
        snapshot.dump(settings.database_url, dumped)
        photos = _evidence(settings)
        keys = [(one, SEAL + one.name) for one in seal_keys.files(settings.var_dir)]
        run.expect(len(photos) + len(keys) + 2)
        with archive.writing(path, manifest) as file:
            for source, name in ((dumped, DATABASE), (settings.var_dir / KEY, KEY), *keys, *photos):
                file.add(source, name)
                run.advance()
    return path


def _name() -> str:
    return f"zhizhen-{wording.now().astimezone(wording.SHANGHAI):%Y%m%d-%H%M%S}.tar.gz"


def _manifest(engine: Engine, settings: Settings) -> Manifest:
    with reading(engine) as session:
        revision = session.scalar(text("SELECT version_num FROM alembic_version"))
        end = audit_check.head(session)
    return Manifest(
        made_at=wording.now().isoformat(timespec="seconds"),
        database=snapshot.kind(settings.database_url),
        revision=str(revision),
        evidence=EXTERNAL if settings.evidence_url else LOCAL,
        audit=f"{end.number}:{end.hash}" if end else "",
    )


def _evidence(settings: Settings) -> list[tuple[Path, str]]:
    """The local evidence with its names in the archive; what lies in an S3 store is backed up there."""
    root = settings.var_dir / EVIDENCE_FOLDER
    if settings.evidence_url or not root.is_dir():
        return []
    # What starts with a dot is an upload not finished yet.
    files = sorted(path for path in root.rglob("[!.]*") if path.is_file())
    return [(path, EVIDENCE + path.relative_to(root).as_posix()) for path in files]
