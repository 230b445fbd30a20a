"""打包: the documents of many firms as one ZIP; cut off it goes on, cancelled it has never been."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, update
from sqlalchemy.orm import Session

from diagnose import create_app, wording
from diagnose import jobs as queues
from diagnose.config import PROJECT, Settings, secret_key
from diagnose.db import reading, writing
from diagnose.models import Account, AuditEntry, Bundle, Document, Enterprise, Job
from diagnose.reports.json_file import json_file
from diagnose.reports.mark import Mark
from diagnose.services import bundle_make, bundle_piece, bundles, jobs, purge, seal_check, seal_keys
from diagnose.services.bundle_piece import RULES, Place
from diagnose.services.document import Kind
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, catalog, engine, open_file
from tests.diagnose.sealing import small
from tests.diagnose.test_jobs_worker import PARENT, alive, children, until
from tests.people import ELSEWHERE, HERE, account, logged_in

Render = Callable[..., bytes]


def small_render(kind: Kind, format: str, content: Any, mark: Mark, template: bytes | None) -> bytes:
    """In the place of the real documents."""
    return json_file(kind, content, mark) if format == "json" else small(format)


@pytest.fixture
def small_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagnose.reports.documents.render", small_render)


class Office:
    """An officer, and firms of the district: so many judged, one that has only begun."""

    def __init__(self, app: Flask, judged: int = 3) -> None:
        self.app = app
        self.id = account(app, "officer", "打包的负责人", HERE)
        self.browser: Visitor = logged_in(app, self.id)
        self.files: list[File] = [open_file(app, name=f"第{number}家公司").submitted() for number in range(judged)]
        self.files.append(open_file(app, name="还没有填完的公司"))

    @property
    def place(self) -> Place:
        return queues.queue(self.app).bundle_place

    @property
    def last(self) -> Bundle:
        return all_of(self.app, Bundle)[-1]

    @property
    def folder(self) -> Path:
        return self.place.of(self.last.id)

    def ask(self, formats: tuple[str, ...] = ("json",), kind: str = "dossier", query: str = "") -> str:
        """Ask for one; returns its address. In a test the worker has done it by then."""
        self.browser.get(f"/district/bundles/{query}")
        answer = self.browser.post(f"/district/bundles/{query}", {"kind": kind, "format": list(formats)})
        assert answer.status_code == 303, self.browser.page
        return str(answer.location)

    def queued(self, **more: Any) -> str:
        """Ask for one that the worker has not looked at yet."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queues.Queue, "start_bundle", lambda *_: None)
            return self.ask(**more)

    def archive(self, address: str) -> zipfile.ZipFile:
        self.browser.get(address)
        answer = self.browser.post(f"{address}/download")
        assert answer.status_code == 200 and answer.content_type == "application/zip"
        with answer:
            return zipfile.ZipFile(io.BytesIO(answer.data))


@pytest.fixture
def office(app: Flask, small_documents: None) -> Office:
    return Office(app)


@pytest.fixture
def small_office(small_app: Flask, small_documents: None) -> Office:
    return Office(small_app)


def outcome(app: Flask, data: bytes) -> str:
    with reading(engine(app)) as session:
        return seal_check.check_here(session, data, catalog(app)).outcome


def test_an_officer_gets_every_judged_firm_in_one_archive(office: Office) -> None:
    address = office.ask(("pdf", "json"))
    page = office.browser.get(address).text
    assert "做好了" in page and "3 家企业，6 份文件" in page and "另有 1 家没有结论" in page
    with office.archive(address) as archive:
        names = archive.namelist()
        assert len(names) == 7 and names[-1] == "目录.csv"
        assert {outcome(office.app, archive.read(name)) for name in names[:-1]} == {"good"}
        rows = list(csv.reader(io.StringIO(archive.read("目录.csv").decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == names[:-1]
    documents = all_of(office.app, Document)
    assert [row[3] for row in rows[1:]] == [one.number for one in documents]
    assert {one.issued_by_id for one in documents} == {office.id}
    actions = [one.action for one in all_of(office.app, AuditEntry)]
    assert actions.count("document_issue") == 6
    assert [one for one in actions if "bundle" in one] == ["bundle_ask", "bundle_done", "bundle_download"]
    assert [one.name for one in office.folder.iterdir()] == ["bundle.zip"]
    assert office.last.size == office.place.archive(office.last.id).stat().st_size


def test_the_filters_of_the_list_say_which_firms(small_office: Office) -> None:
    address = small_office.ask(query="?text=第1家")
    with small_office.archive(address) as archive:
        assert len(archive.namelist()) == 2 and archive.namelist()[0].startswith("第1家公司-一企一档-ZZ-")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "dossier"}, "至少选一种格式"),
        ({"kind": "x", "format": "pdf"}, "至少选一种格式"),
        ({"kind": "onsite", "format": "exe"}, "至少选一种格式"),
        ({"kind": "dossier", "format": "pdf"}, "一次最多打包 2 家"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    small_office: Office, monkeypatch: pytest.MonkeyPatch, sent: dict[str, str], words: str
) -> None:
    monkeypatch.setitem(RULES, "most_firms", 2)
    small_office.browser.get("/district/bundles/")
    answer = small_office.browser.post("/district/bundles/", sent)
    assert answer.status_code == 422 and words in answer.text
    assert all_of(small_office.app, Bundle) == []


def test_another_district_neither_sees_nor_fetches_it(small_office: Office) -> None:
    address = small_office.ask()
    other = logged_in(small_office.app, account(small_office.app, "officer", "别处的", ELSEWHERE))
    other.get("/district/bundles/")
    for path in ("", "/download", "/cancel", "/go-on"):
        answer = other.post(address + path) if path else other.get(address)
        assert answer.status_code == 404, path


# ---------- cut off, cancelled, gone wrong ----------


class Killed(BaseException):
    """As if the process had died: nothing of ours handles it."""


def killed_after(monkeypatch: pytest.MonkeyPatch, count: int, where: str = "make") -> None:
    """Die at the piece after so many, or instead of ``_note`` or ``_pack``."""
    if where != "make":
        monkeypatch.setattr(bundle_make, where, _dies)
        return
    real, done = bundle_piece.make, [0]

    def make(*arguments: Any) -> str:
        if done[0] == count:
            raise Killed
        done[0] += 1
        return str(real(*arguments))

    monkeypatch.setattr(bundle_piece, "make", make)


def _dies(*_: Any) -> int:
    raise Killed


@pytest.mark.parametrize("where", ["make", "_pack", "_note"])
def test_cut_off_anywhere_it_goes_on_from_what_is_ready(
    office: Office, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    office.queued()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 2, where)
        bundles.run(office.place, office.last.id, "/")
    assert all_of(office.app, Document) == [], "nothing is issued before all is"
    notes = sorted(office.folder.glob("*.note"))
    before = {path.name: path.read_bytes() for path in notes}
    assert len(before) == (2 if where == "make" else 4)
    with writing(engine(office.app)) as session:  # the row of a killed process still says that it runs
        session.execute(update(Job).values(state="running"))
    again = bundles.waiting(engine(office.app))
    assert again == [office.last.id]
    made: list[int] = []
    real = bundle_piece.make

    def make(where_: Place, order: bundle_piece.Order, firm_id: int) -> str:
        made.append(firm_id)
        return real(where_, order, firm_id)

    monkeypatch.setattr(bundle_piece, "make", make)
    queues.queue(office.app).start_bundle(again[0])
    assert len(made) == 4 - len(before)
    assert office.last.state == "done" and len(all_of(office.app, Document)) == 3
    old = {json.loads(one)["pieces"][0]["row"]["claim"]["number"] for one in before.values() if b'"made"' in one}
    assert old and old <= {one.number for one in all_of(office.app, Document)}


def test_a_piece_that_a_power_cut_left_half_written_is_made_again(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_office.queued()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 3)
        bundles.run(small_office.place, small_office.last.id, "/")
    for half, path in enumerate(sorted(small_office.folder.glob("*.json"))):
        path.write_bytes(path.read_bytes()[: 100 * half])
    bundles.waiting(engine(small_office.app))
    queues.queue(small_office.app).start_bundle(small_office.last.id)
    with small_office.archive(f"/district/bundles/{small_office.last.id}") as archive:
        assert {outcome(small_office.app, archive.read(name)) for name in archive.namelist()[:-1]} == {"good"}


def test_cancelled_while_it_runs_nothing_is_left(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    address = office.queued()
    monkeypatch.setitem(RULES, "batch", 1)
    real = bundle_piece.make

    def make(*arguments: Any) -> str:
        office.browser.get(address)
        assert "家已做好" in office.browser.page and office.browser.post(f"{address}/cancel").status_code == 303
        return str(real(*arguments))

    monkeypatch.setattr(bundle_piece, "make", make)
    queues.queue(office.app).start_bundle(office.last.id)
    assert office.last.state == "cancelled" and not office.folder.exists()
    assert all_of(office.app, Document) == []
    assert "什么都没有签发" in office.browser.get(address).text
    assert office.browser.post(f"{address}/download").status_code == 404


def test_cancelled_while_it_waits_or_after_it_was_cut_off(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    address = office.queued()
    office.browser.get(address)
    office.browser.post(f"{address}/cancel")
    assert office.last.state == "cancelled"
    bundles.run(office.place, office.last.id, "/")
    assert all_of(office.app, Job) == [], "a message that comes late does nothing"
    address = office.queued()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 2)
        bundles.run(office.place, office.last.id, "/")
    with writing(engine(office.app)) as session:
        session.execute(update(Job).values(state="running", seen_at=wording.now() - 2 * jobs.LOST))
    page = office.browser.get(address).text
    assert "中断了" in page and "接着做" in page
    office.browser.post(f"{address}/cancel")
    assert office.last.state == "cancelled" and not office.folder.exists()


def test_what_went_wrong_is_said_and_can_be_gone_on_with(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    address = office.queued()
    bundles.run(office.place, office.last.id, "/")
    address = office.queued()
    for path in seal_keys.files(office.place.settings.var_dir):
        path.rename(path.with_suffix(".away"))
    bundles.run(office.place, office.last.id, "/")
    page = office.browser.get(address).text
    assert "没有做完" in page and "私钥" in page
    for path in (office.place.settings.var_dir / "seal").glob("*.away"):
        path.rename(path.with_suffix(".key"))
    office.browser.post(f"{address}/go-on")
    assert office.last.state == "done"


def test_a_firm_erased_meanwhile_is_left_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    address = office.queued()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 0, "_note")
        bundles.run(office.place, office.last.id, "/")
    with writing(engine(office.app)) as session:
        session.execute(delete(Enterprise).where(Enterprise.name == "第1家公司"))
    bundles.waiting(engine(office.app))
    queues.queue(office.app).start_bundle(office.last.id)
    assert office.last.counts["gone"] == 1 and len(all_of(office.app, Document)) == 2
    with office.archive(address) as archive:
        assert "第1家公司" not in "".join(archive.namelist())


def test_erased_between_the_archive_and_the_rows_it_is_refused_and_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, real = office.queued(), bundle_make._pack

    def pack(*arguments: Any) -> int:
        with writing(engine(office.app)) as session:
            session.execute(delete(Enterprise).where(Enterprise.name == "第1家公司"))
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(bundle_make, "_pack", pack)
        bundles.run(office.place, office.last.id, "/")
    assert all_of(office.app, Document) == [] and "被删除或合并" in office.browser.get(address).text
    office.browser.post(f"{address}/go-on")
    assert office.last.state == "done" and len(all_of(office.app, Document)) == 2


def test_an_officer_who_has_gone_gets_nothing(small_office: Office) -> None:
    small_office.queued()
    with writing(engine(small_office.app)) as session:
        session.execute(update(Account).values(active=False))
    bundles.run(small_office.place, small_office.last.id, "/")
    assert small_office.last.state == "cancelled" and all_of(small_office.app, Job) == []


def test_too_much_is_refused_before_the_disk_is_full(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "most_mb", 0)
    assert "超过 0 MB" in small_office.browser.get(small_office.ask()).text


def test_purge_deletes_what_ended_long_ago_and_keeps_the_rest(small_office: Office) -> None:
    old, new = small_office.ask(), small_office.ask()
    parts, long_ago = small_office.app.extensions["diagnose"], wording.now() - timedelta(days=RULES["kept_days"] + 1)
    with writing(engine(small_office.app)) as session:
        session.execute(update(Bundle).where(Bundle.id == 1).values(ended_at=long_ago))
    purge.purge(parts.engine, parts.store, "x" * 32, wording.now(), var=parts.settings.var_dir)
    assert "已过保留期" in small_office.browser.get(old).text
    assert small_office.browser.post(f"{old}/download").status_code == 404
    assert small_office.archive(new).namelist() and len(all_of(small_office.app, Document)) == 6


def test_clearing_away_does_not_touch_what_is_asked_for_meanwhile(
    small_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "bundles/1", tmp_path / "bundles/2"
    old.mkdir(parents=True)

    @contextmanager
    def then_asked(which: Engine) -> Iterator[Session]:
        with reading(which) as session:
            yield session
        new.mkdir()

    monkeypatch.setattr(bundles, "reading", then_asked)
    assert bundles.clear(engine(small_app), tmp_path, wording.now()) == 1
    assert new.is_dir() and not old.exists()


# ---------- real processes, real documents ----------


def test_several_processes_share_the_work(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings(tmp_path, sqlite_url, secret_key(tmp_path)))
    app.testing = True
    monkeypatch.setitem(RULES, "together_from", 2)
    office = Office(app, 3)
    with office.archive(office.ask()) as archive:
        assert {outcome(app, archive.read(name)) for name in archive.namelist()[:-1]} == {"good"}
        assert len(archive.namelist()) == 4
    engine(app).dispose()


def test_a_killed_worker_goes_on_when_it_starts_again(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path, sqlite_url, secret_key(tmp_path)))
    app.testing = True
    office = Office(app, 6)
    address = office.queued(formats=("json", "excel"))
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": sqlite_url}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    watcher = int(parent.stdout.readline())
    try:
        until(lambda: len(list(office.folder.glob("*.note"))) >= 2)
        first = children(watcher)[0]
        os.kill(first, signal.SIGKILL)
        until(lambda: not alive(first))
        ready = [json.loads(path.read_bytes()) for path in office.folder.glob("*.note")]
        assert office.last.state == "running" and all_of(app, Document) == []
        until(lambda: [job.state for job in all_of(app, Job)][-1] == "done")
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    numbers = {piece["row"]["claim"]["number"] for note in ready for piece in note["pieces"]}
    assert numbers <= {one.number for one in all_of(app, Document)} and len(all_of(app, Document)) == 12
    with office.archive(address) as archive:
        assert {outcome(app, archive.read(name)) for name in archive.namelist()[:-1]} == {"good"}
    engine(app).dispose()
