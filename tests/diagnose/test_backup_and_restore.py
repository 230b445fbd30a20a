"""flask backup and flask restore: taken while others write, put in place elsewhere, whole or not at all."""

import io
import json
import os
import secrets
import shutil
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from diagnose import create_app, wording
from diagnose.config import Settings
from diagnose.db import Base, reading, writing
from diagnose.models import Enterprise, Job
from diagnose.models.job import FAILED
from diagnose.services import audit, backup, restore, seal_file, snapshot
from diagnose.services.jobs import Refused
from tests.conftest import Visitor
from tests.databases import _postgres_url, _run_sql
from tests.diagnose.cast import all_of, engine, open_file
from tests.diagnose.sealing import issued
from tests.firms import PROCESS

Elsewhere = Callable[[], Flask]


def at(folder: Path, url: str) -> Flask:
    """An installation as it starts: its own data folder and key."""
    folder.mkdir(mode=0o700, exist_ok=True)
    key = folder / "secret_key"
    if not key.exists():
        key.write_text(secrets.token_hex(32))
    app = create_app(Settings(folder, url, key.read_text()))
    app.testing = True
    return app


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An installation with two files, one of them submitted, and a photo."""
    app = at(tmp_path / "here", database_url)
    open_file(app).submitted()
    open_file(app, name="乙公司").answered(PROCESS)
    app.extensions["diagnose"].store.put("0123abc", b"a photo")
    app.extensions["diagnose"].store.put("0123abc.thumb", b"a small photo")
    with writing(engine(app)) as session:
        audit.record(session, app.config["SECRET_KEY"], "wrote", None, session.scalar(select(Enterprise).limit(1)))
    yield app
    engine(app).dispose()


@pytest.fixture
def elsewhere(here: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Elsewhere]:
    """Makes (or opens again) the second installation, with an empty database of the same kind."""
    kind, name = engine(here).dialect.name, f"other_{secrets.token_hex(4)}"
    url = f"sqlite:///{tmp_path / 'there' / 'diagnose.sqlite3'}"
    if kind == "postgresql":
        server = request.getfixturevalue("postgres_server")
        _run_sql(server, f"CREATE DATABASE {name}")
        url = _postgres_url(server, name)
    made: list[Flask] = []

    def make() -> Flask:
        made.append(at(tmp_path / "there", url))
        return made[-1]

    yield make
    for app in made:
        engine(app).dispose()


def taken(app: Flask, folder: Path) -> Path:
    parts = app.extensions["diagnose"]
    return backup.backup(parts.engine, parts.settings, folder)


def put(app: Flask, file: Path, replace: bool = False) -> Any:
    parts = app.extensions["diagnose"]
    return restore.restore(parts.engine, parts.settings, file, replace)


def rows(app: Flask, without: tuple[str, ...] = ("job", "notice", "audit_entry", "audit_head")) -> dict[str, list[Any]]:
    """All rows of all tables but those that a backup itself writes to."""
    with reading(engine(app)) as session:
        return {
            name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for name, table in Base.metadata.tables.items()
            if name not in without
        }


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_backup_restored_elsewhere_has_every_row_key_and_photo(
    here: Flask, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    file = open_file(here).submitted()
    document = issued(here, file).data
    path = taken(here, tmp_path / "backups")
    before = rows(here)
    manifest, kept = put(elsewhere(), path)
    there = elsewhere()
    assert kept is None and manifest.evidence == "local"
    assert rows(there) == before
    assert (tmp_path / "there" / "evidence" / "0123abc").read_bytes() == b"a photo"
    assert (tmp_path / "there" / "secret_key").read_text() == (tmp_path / "here" / "secret_key").read_text()
    assert there.config["SECRET_KEY"] == here.config["SECRET_KEY"]
    visitor = Visitor(there)
    visitor.get("/continue")
    answer = visitor.post("/continue", {"code": file.cookie})
    assert answer.location == f"{file.address}/"
    assert visitor.get(f"{file.address}/").status_code == 200
    said = there.test_cli_runner().invoke(args=["audit", "verify", "--expect", manifest.audit])
    assert said.exit_code == 0, said.output
    (tmp_path / "document.json").write_bytes(document)
    said = there.test_cli_runner().invoke(args=["verify-seal", str(tmp_path / "document.json")])
    assert said.exit_code == 0, said.output
    assert issued(there, file).row.key_id == seal_file.open_seal(document)[1]["claim"]["key"], "it signs with its key"


def test_the_restored_installation_can_be_worked_with_and_backed_up_again(
    here: Flask, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    put(elsewhere(), taken(here, tmp_path / "backups"))
    there = elsewhere()
    open_file(there, name="丙公司").submitted()
    again = taken(there, tmp_path / "again")
    before = rows(there)
    engine(there).dispose()
    put(elsewhere(), again, replace=True)
    assert rows(elsewhere()) == before


def test_a_backup_during_writes_is_one_state_and_holds_nobody_up(
    here: Flask, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """Each deed writes a row and an audit entry; the backup must have both or neither, and all up to some moment."""
    stop, done, wrong = threading.Event(), [0], []

    def work() -> None:
        try:
            while not stop.is_set():
                with writing(engine(here)) as session:
                    row = Job(kind="rescore", started_at=wording.now(), seen_at=wording.now(), message=str(done[0]))
                    session.add(row)
                    audit.record(session, here.config["SECRET_KEY"], "worked", None, number=done[0])
                done[0] += 1
        except Exception as error:  # a thread's failure must fail the test
            wrong.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    while done[0] < 5:
        assert not wrong
    before = done[0]
    path = taken(here, tmp_path / "backups")
    after = done[0]
    stop.set()
    worker.join()
    assert not wrong
    put(elsewhere(), path)
    there = elsewhere()
    with reading(engine(there)) as session:
        worked = session.scalar(text("SELECT count(*) FROM job WHERE kind = 'rescore'"))
        told = session.scalar(text("SELECT count(*) FROM audit_entry WHERE action = 'worked'"))
    assert before <= (worked or 0) == told <= after + 1
    assert there.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0


def test_a_backup_is_one_private_file_with_a_manifest_that_fits(here: Flask, tmp_path: Path) -> None:
    path = taken(here, tmp_path / "backups")
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert mode(path) == 0o600 and mode(path.parent) == 0o700
    with tarfile.open(path) as tar:
        names = tar.getnames()
        source = tar.extractfile("manifest.json")
        assert source
        manifest = json.load(source)
    assert sorted(names) == ["database", "evidence/0123abc", "evidence/0123abc.thumb", "manifest.json", "secret_key"]
    assert manifest["database"] == engine(here).dialect.name and manifest["files"]["evidence/0123abc"][0] == 7


def test_a_backup_leaves_out_an_unfinished_upload_and_evidence_kept_in_s3(small_app: Flask, tmp_path: Path) -> None:
    app = at(tmp_path / "one", str(engine(small_app).url))
    folder = tmp_path / "one" / "evidence"
    app.extensions["diagnose"].store.put("0123abc", b"a photo")
    (folder / ".new-1").write_bytes(b"half")
    with tarfile.open(taken(app, tmp_path / "a")) as tar:
        assert "evidence/0123abc" in tar.getnames() and len(tar.getnames()) == 4
    outside = Settings(tmp_path / "one", str(engine(app).url), "k" * 64, evidence_url="s3://bucket")
    with tarfile.open(backup.backup(engine(app), outside, tmp_path / "b")) as tar:
        assert sorted(tar.getnames()) == ["database", "manifest.json", "secret_key"]
    engine(app).dispose()


def test_what_is_there_already_is_only_replaced_on_demand_and_kept_aside(
    here: Flask, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    path = taken(here, tmp_path / "backups")
    there = elsewhere()
    put(there, path)
    there = elsewhere()
    open_file(there, name="丙公司")
    before = rows(there)
    with pytest.raises(Refused, match="已经有数据"):
        put(there, path)
    assert rows(there) == before
    engine(there).dispose()
    _, kept = put(there, path, replace=True)
    assert rows(elsewhere()) == rows(here)
    assert kept and (kept / "evidence" / "0123abc").is_file() and mode(kept) == 0o700


def test_a_running_server_is_not_robbed_of_its_database(here: Flask, elsewhere: Elsewhere, tmp_path: Path) -> None:
    path = taken(here, tmp_path / "backups")
    put(elsewhere(), path)
    server, tool = elsewhere(), elsewhere()
    with reading(engine(server)) as session:
        session.scalar(text("SELECT count(*) FROM enterprise"))
    with pytest.raises(Refused, match="先停止服务"):
        put(tool, path, replace=True)
    engine(server).dispose()
    put(tool, path, replace=True)


def test_nothing_is_changed_when_the_database_cannot_be_put_in_place(
    here: Flask, elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = taken(here, tmp_path / "backups")
    put(elsewhere(), path)
    there = elsewhere()
    open_file(there, name="丙公司")
    there.extensions["diagnose"].store.put("456def", b"another photo")
    before, key = rows(there), (tmp_path / "there" / "secret_key").read_bytes()
    engine(there).dispose()

    def fail(*_: object) -> None:
        raise Refused("no")

    monkeypatch.setattr(restore, "_database", fail)
    with pytest.raises(Refused):
        put(there, path, replace=True)
    assert rows(elsewhere()) == before
    assert (tmp_path / "there" / "secret_key").read_bytes() == key
    assert sorted(there.extensions["diagnose"].store.keys()) == ["0123abc", "0123abc.thumb", "456def"]
    assert not list((tmp_path / "there").glob(".restore-*"))


def test_a_failing_postgresql_restore_leaves_the_old_tables(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = at(tmp_path / "one", postgres_url)
    open_file(app)
    path = taken(app, tmp_path / "backups")
    before = rows(app)
    engine(app).dispose()
    run = snapshot._run

    def with_a_broken_script(program: str, url: str | None, *arguments: str) -> None:
        run(program, url, *arguments)
        if program == "pg_restore":
            script = Path(next(one for one in arguments if one.startswith("--file=")).removeprefix("--file="))
            script.write_text(script.read_text() + "\nSELECT 1 / 0;\n")

    monkeypatch.setattr(snapshot, "_run", with_a_broken_script)
    with pytest.raises(Refused, match="psql"):
        put(app, path, replace=True)
    assert rows(app) == before
    engine(app).dispose()


@pytest.mark.parametrize("program", ["pg_dump"])
def test_a_missing_program_is_said_plainly(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    app = at(tmp_path / "one", postgres_url)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    said = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "backups")])
    assert said.exit_code == 1 and f"本机没有 {program}" in said.output and "postgresql-client" in said.output
    assert list((tmp_path / "backups").iterdir()) == []
    job = all_of(app, Job)[-1]
    assert job.state == "failed" and program in job.message
    engine(app).dispose()


def test_a_password_stands_in_no_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/echo")
    seen: dict[str, Any] = {}

    def note(arguments: list[str], env: dict[str, str], **_: object) -> Any:
        seen.update(arguments=arguments, password=env["PGPASSWORD"])
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr("diagnose.services.snapshot.subprocess.run", note)
    snapshot.dump("postgresql+psycopg://zz:s3cret%2F@db:5433/zhizhen?sslmode=require", tmp_path / "x")
    assert seen["password"] == "s3cret/" and "s3cret" not in " ".join(seen["arguments"])
    assert "--dbname=postgresql://zz@db:5433/zhizhen?sslmode=require" in seen["arguments"]


@pytest.fixture
def whole(small_app: Flask, tmp_path: Path) -> tuple[Flask, Path]:
    """An empty SQLite installation and a backup of it, to be damaged."""
    app = at(tmp_path / "one", str(engine(small_app).url))
    app.extensions["diagnose"].store.put("0123abc", b"a photo")
    path = taken(app, tmp_path / "backups")
    shutil.rmtree(tmp_path / "one" / "evidence")
    with writing(engine(app)) as session:
        session.execute(text("DELETE FROM audit_entry"))
    engine(app).dispose()
    return app, path


def rebuilt(path: Path, change: Callable[[tarfile.TarInfo, bytes], Iterator[tuple[tarfile.TarInfo, bytes]]]) -> Path:
    """A copy of an archive with its members changed."""
    other = path.with_name("changed.tar.gz")
    with tarfile.open(path) as old, tarfile.open(other, "w:gz") as new:
        for member in old:
            source = old.extractfile(member)
            for info, content in change(member, source.read() if source else b""):
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return other


def named(name: str, **fields: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for key, value in fields.items():
        setattr(info, key, value)
    return info


TRICKS = {
    "parent": named("evidence/../../evil"),
    "absolute": named("/tmp/evil"),
    "dots": named("../evil"),
    "hidden": named("evidence/.evil"),
    "other": named("evil"),
    "symlink": named("evidence/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "symlinked folder": named("evidence", type=tarfile.SYMTYPE, linkname="/tmp"),
    "hard link": named("evidence/hard", type=tarfile.LNKTYPE, linkname="secret_key"),
    "device": named("evidence/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
    "folder": named("evidence/dir", type=tarfile.DIRTYPE),
    "line break": named("evidence/a\nb"),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_an_archive_with_tricks_is_refused(whole: tuple[Flask, Path], tmp_path: Path, trick: str) -> None:
    app, path = whole

    def with_trick(info: tarfile.TarInfo, content: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        if info.name == "database":
            yield TRICKS[trick], b""
        yield info, content

    before = sorted(tmp_path.rglob("*"))
    changed = rebuilt(path, with_trick)
    with pytest.raises(Refused, match="不该出现"):
        put(app, changed)
    assert sorted(set(tmp_path.rglob("*")) - {changed}) == before


def damaged(name: str, how: Callable[[bytes], bytes | None]) -> Callable[..., Iterator[tuple[tarfile.TarInfo, bytes]]]:
    def change(info: tarfile.TarInfo, content: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        new = how(content) if info.name == name else content
        if new is not None:
            yield info, new

    return change


def twice(info: tarfile.TarInfo, content: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    yield info, content
    yield info, content


def manifest_with(**fields: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps(json.loads(content) | fields).encode()


DAMAGES: dict[str, tuple[Callable[..., Any], str]] = {
    "changed photo": (damaged("evidence/0123abc", lambda _: b"b photo"), "与清单不符"),
    "changed key": (damaged("secret_key", lambda old: old[::-1]), "与清单不符"),
    "missing photo": (damaged("evidence/0123abc", lambda _: None), "与清单不符"),
    "missing key": (damaged("secret_key", lambda _: None), "与清单不符"),
    "no manifest": (damaged("manifest.json", lambda _: None), "没有可用的清单"),
    "manifest of another program": (damaged("manifest.json", lambda _: b'{"a": 1}'), "没有可用的清单"),
    "manifest that is no JSON": (damaged("manifest.json", lambda _: b"\xff"), "没有可用的清单"),
    "of a later format": (damaged("manifest.json", manifest_with(format=2)), "更新的版本"),
    "of a later schema": (damaged("manifest.json", manifest_with(revision="9999")), "更新的版本"),
    "of the other database": (damaged("manifest.json", manifest_with(database="postgresql")), "不能混用"),
    "every name twice": (twice, "不是完整的备份文件"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_and_changes_nothing(whole: tuple[Flask, Path], damage: str) -> None:
    app, path = whole
    change, sentence = DAMAGES[damage]
    before = rows(app)
    engine(app).dispose()
    with pytest.raises(Refused, match=sentence):
        put(app, rebuilt(path, change))
    assert rows(app) == before


def test_a_cut_off_file_and_no_archive_at_all_are_refused(whole: tuple[Flask, Path], tmp_path: Path) -> None:
    app, path = whole
    content = path.read_bytes()
    for cut in (content[: len(content) // 2], content[:100] + b"?" + content[101:], b"", b"hello"):
        path.write_bytes(cut)
        with pytest.raises(Refused):
            put(app, path)


def test_a_full_disk_leaves_no_half_backup(whole: tuple[Flask, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    app, path = whole
    before = path.parent.glob("*")

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("diagnose.services.archive.os.fsync", full)
    said = app.test_cli_runner().invoke(args=["backup", str(path.parent)])
    assert said.exit_code == 1 and "备份没有做成" in said.output
    assert set(path.parent.iterdir()) == set(before) | {path}
    assert all_of(app, Job)[-1].state == FAILED


def test_the_commands_say_what_to_do_next(here: Flask, elsewhere: Elsewhere, tmp_path: Path) -> None:
    said = here.test_cli_runner().invoke(args=["backup", str(tmp_path / "backups")])
    assert said.exit_code == 0 and "已备份到" in said.output
    (path,) = (tmp_path / "backups").iterdir()
    there = elsewhere()
    said = there.test_cli_runner().invoke(args=["restore", str(path)])
    assert said.exit_code == 0, said.output
    assert "已恢复" in said.output and "audit verify --expect" in said.output
    again = there.test_cli_runner().invoke(args=["restore", str(path)])
    assert again.exit_code == 1 and "--replace" in again.output
