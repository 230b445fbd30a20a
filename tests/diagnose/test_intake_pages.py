"""The import pages: columns, preview, progress, who sees them, and what is cleared away."""

import os
import re
from datetime import timedelta

from flask import Flask

from diagnose import wording
from diagnose.db import writing
from diagnose.jobs import queue
from diagnose.models import Enterprise, Intake, Job
from diagnose.models.intake import QUEUED, RUNNING
from diagnose.services import intake, intake_files
from tests.diagnose.cast import all_of, engine
from tests.diagnose.intake_desk import HEADER, Desk, code, firm, workbook

FORM = "/district/import/digital-portrait/2025"


def held(desk: Desk, monkeypatch) -> str:  # type: ignore[no-untyped-def]
    """An import that waits in the queue; its address."""
    address = desk.uploaded(workbook([firm(1), firm(2)]))
    monkeypatch.setattr("diagnose.jobs.Queue.start_import", lambda *_: None)
    desk.browser.post(f"{address}/start", {"partly": "yes"})
    return address


def test_columns_are_guessed_and_can_be_chosen(app: Flask) -> None:
    desk = Desk(app)
    header = ["代码（18位）", "叫什么", "县区", "行业", "从业人员(人)"]
    address = desk.uploaded(workbook([[code(1), "甲公司", "邗江区", "33", 10]], header))
    assert desk.last.mapping["columns"] == {"2": "division", "3": "industry", "4": "staff"}
    assert "没有一列对应“统一社会信用代码”" in desk.browser.page
    chosen = {"column-0": "credit_code", "column-1": "name", "column-2": "division", "column-3": "industry"}
    desk.browser.post(f"{address}/columns", {**chosen, "day": "2026-01-01", "process_type": "process"})
    desk.browser.get(address)
    assert re.search(r"<dt>新增</dt><dd>1</dd>", desk.browser.page)
    desk.browser.post(f"{address}/start")
    assert [(one.name, one.process_type, one.profile) for one in all_of(app, Enterprise)] == [("甲公司", "process", {})]


def test_one_field_for_two_columns_is_refused(small_app: Flask) -> None:
    desk = Desk(small_app)
    address = desk.uploaded(workbook([firm(1)]))
    both = {"column-0": "credit_code", "column-1": "name", "column-2": "name", "day": "2026-01-01"}
    assert desk.browser.post(f"{address}/columns", both).status_code == 422
    assert "“企业名称”对应了不止一列" in desk.errors()
    assert desk.last.mapping["columns"]["2"] == "division"


def test_the_preview_shows_rows_errors_and_what_would_change(small_app: Flask) -> None:
    desk = Desk(small_app)
    desk.imported(workbook([firm(1)]))
    desk.uploaded(workbook([firm(1, name="改了名"), firm(2, code="91")]))
    page = desk.browser.page
    assert "第1机械有限公司 → 改了名" in page
    assert "统一社会信用代码是 18 位，现在是 2 位" in page
    assert re.search(r"<dt>更新</dt><dd>1</dd>", page) and re.search(r"<dt>有错的行</dt><dd>1</dd>", page)
    assert len(all_of(small_app, Enterprise)) == 1


def test_a_waiting_import_shows_its_place_and_can_be_cancelled(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    desk = Desk(app)
    address = held(desk, monkeypatch)
    answer = desk.browser.get(address)
    assert "在排队" in desk.browser.page and answer.headers["Refresh"] == "2"
    desk.browser.post(f"{address}/cancel")
    assert desk.last.state == "cancelled"
    queue(app).run_import(desk.last.id)
    assert all_of(app, Enterprise) == []


def test_a_running_import_shows_its_rows_and_stops_when_asked(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    desk = Desk(app)
    address = held(desk, monkeypatch)
    told: list[str] = []

    def batch(self: object, rows: object) -> object:
        """While the rows are read, the officer looks and then cancels."""
        desk.browser.get(address)
        told.append(desk.browser.page)
        desk.browser.post(f"{address}/cancel")
        yield []

    monkeypatch.setattr("diagnose.services.intake_rows.Reader.batches", batch)
    queue(app).run_import(desk.last.id)
    assert "0 / 2" in told[0] and "行已检查" in told[0]
    assert desk.last.state == "cancelled"
    assert [job.state for job in all_of(app, Job)] == ["cancelled"]
    assert all_of(app, Enterprise) == []


def test_an_import_whose_worker_died_is_interrupted_and_starts_again(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    desk = Desk(app)
    address = held(desk, monkeypatch)
    long_ago = wording.now() - timedelta(minutes=5)
    with writing(engine(app)) as session:
        job = Job(kind="intake", total=2, done=1, started_by_id=desk.id, started_at=long_ago, seen_at=long_ago)
        session.add(job)
        session.flush()
        found = session.get_one(Intake, desk.last.id)
        found.state, found.job_id = RUNNING, job.id
    desk.browser.get(address)
    assert "上次中断了" in desk.browser.page
    monkeypatch.undo()
    desk.browser.post(f"{address}/start", {"partly": "yes"})
    assert desk.last.state == "done" and len(all_of(app, Enterprise)) == 2


def test_two_workers_do_an_import_once(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    desk = Desk(app)
    held(desk, monkeypatch)
    assert intake.waiting(engine(app)) == [desk.last.id] and desk.last.state == QUEUED
    for _ in range(2):
        queue(app).run_import(desk.last.id)
    assert len(all_of(app, Job)) == 1 and len(all_of(app, Enterprise)) == 2


def test_a_colleague_sees_it_and_nobody_else(small_app: Flask) -> None:
    desk = Desk(small_app)
    address = desk.uploaded(workbook([firm(1)]))
    colleague = Desk(small_app, login="colleague")
    assert colleague.browser.get(address).status_code == 200
    assert "名单.xlsx" in colleague.browser.page
    for division, login in (("321000", "city"), ("110105", "elsewhere")):
        other = Desk(small_app, division, login)
        assert other.browser.get(address).status_code == 404
        assert other.browser.post(f"{address}/start").status_code == 404
        other.browser.get("/district/import/")
        assert "名单.xlsx" not in other.browser.page


def test_old_files_are_cleared_and_the_page_says_so(small_app: Flask) -> None:
    desk = Desk(small_app)
    address = desk.uploaded(workbook([firm(1)]))
    folder = queue(small_app).place.folder
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    assert intake_files.clear(folder, wording.now() + timedelta(days=29)) == 0
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    assert intake_files.clear(folder, wording.now()) == 2
    desk.browser.get(address)
    assert "已经清理" in desk.browser.page
    assert desk.browser.post(f"{address}/start").status_code == 303
    assert all_of(small_app, Enterprise) == []


def test_the_templates_come_back_in_as_they_went_out(small_app: Flask) -> None:
    desk = Desk(small_app)
    for address in ("/district/import/firms.xlsx", f"{FORM}/answers.xlsx"):
        data = desk.browser.client.get(address).data
        answer = desk.upload(data, kind="answers" if "answers" in address else "firms", form="digital-portrait/2025")
        assert answer.status_code == 422 and "只有表头" in desk.errors()


def test_every_column_of_the_template_is_recognised(small_app: Flask) -> None:
    from diagnose.services.intake_fields import firm_fields, guess

    titles = [field.title for field in firm_fields()]
    assert list(guess(titles, firm_fields()).values()) == [field.key for field in firm_fields()]
    assert HEADER[0] in titles
