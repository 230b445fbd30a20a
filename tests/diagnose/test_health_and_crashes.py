"""When something breaks: /healthz tells the watchdog, and people get a Chinese page that hides the details."""

import logging
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from diagnose import create_app
from diagnose.config import Settings
from tests.conftest import Visitor
from tests.diagnose.cast import File, engine

SECRET = "password=hunter2"


def test_healthy_when_the_database_answers(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_unhealthy_when_the_database_file_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    app = create_app(Settings(tmp_path, f"sqlite:///{folder / 'x.sqlite3'}", "a key for tests, long enough to sign"))
    (folder / "x.sqlite3").unlink()
    folder.rmdir()
    answer = app.test_client().get("/healthz")
    engine(app).dispose()
    assert answer.status_code == 503 and answer.get_json()["status"] != "ok"


def test_unhealthy_when_the_database_server_is_not_there(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    app = create_app(Settings(tmp_path, url, "a key for tests, long enough to sign"))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503 and answer.content_type == "application/json"
    assert "nobody" not in answer.text


@pytest.fixture
def broken(small_file: File, monkeypatch: pytest.MonkeyPatch) -> File:
    """An app as in production whose link page fails."""
    small_file.app.testing = False

    def fail(**_: object) -> str:
        raise RuntimeError(SECRET)

    monkeypatch.setitem(small_file.app.view_functions, "files.link", fail)
    return small_file


def test_unexpected_error_is_a_chinese_page_without_details(broken: File, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = broken.holder.get(f"{broken.address}/link")
    assert answer.status_code == 500
    assert "系统出错了" in answer.text and "出错前显示“已保存”的答案都在" in answer.text
    assert SECRET not in answer.text and "Traceback" not in answer.text
    assert SECRET in caplog.text and broken.cookie not in caplog.text


def test_script_gets_the_unexpected_error_as_json(broken: File) -> None:
    answer = broken.holder.get(f"{broken.address}/link", headers={"Accept": "application/json"})
    assert answer.status_code == 500 and "系统出错了" in answer.get_json()["message"]


def test_other_pages_go_on_working(broken: File) -> None:
    broken.holder.get(f"{broken.address}/link")
    assert broken.holder.get(f"{broken.address}/").status_code == 200


def test_database_that_stops_answering_is_a_chinese_page(small_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Engine) -> None:
        raise OSError("disk is gone")

    small_app.testing = False
    monkeypatch.setattr("diagnose.web.here.db.reading", refuse)
    answer = Visitor(small_app).get("/file/0123456789abcdef/")
    assert answer.status_code == 500 and "系统出错了" in answer.text


def test_tests_themselves_see_the_error(broken: File) -> None:
    broken.app.testing = True
    with pytest.raises(RuntimeError, match=SECRET):
        broken.holder.get(f"{broken.address}/link")
