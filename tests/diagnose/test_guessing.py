"""Guessing codes is slow: 20 wrong tries in 15 minutes from one address, counted in the database for all workers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from diagnose import access, create_app, wording
from diagnose.config import Settings
from diagnose.models import Attempt
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, engine

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HERE, THERE = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Time stands still, so that no window ends in the middle of a test; the fixture moves it on."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(wording, "now", lambda: NOON + by)

    move(timedelta())
    return move


@pytest.fixture
def second_app(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Another worker on the same database."""
    app = create_app(Settings(tmp_path, database_url, "a key for tests, long enough to sign"))
    app.testing = True
    yield app
    engine(app).dispose()


def guess(app: Flask, code: str, times: int = 1, address: dict[str, str] = HERE) -> list[int]:
    """The statuses of so many tries."""
    visitor = Visitor(app)
    visitor.get("/continue")
    token = visitor.token()
    data = {"csrf_token": token, "code": code}
    return [visitor.client.post("/continue", data=data, environ_base=address).status_code for _ in range(times)]


def test_twenty_wrong_tries_are_told_so_and_the_next_is_stopped_in_every_worker(
    app: Flask, second_app: Flask, file: File
) -> None:
    assert guess(app, access.new_code(), 10) + guess(second_app, access.new_code(), 10) == [422] * 20
    assert guess(app, access.new_code()) == guess(second_app, access.new_code()) == [429]
    assert guess(app, file.cookie) == [429], "the right code would tell the guesser that it is right"
    assert guess(app, file.cookie, address=THERE) == [302]


def test_who_is_stopped_still_works_in_the_file_that_is_open(app: Flask, file: File) -> None:
    file.holder.client.environ_base |= HERE
    guess(app, access.new_code(), 21)
    assert file.holder.get(f"{file.address}/").status_code == 200
    assert file.post(f"{file.filling}/answer/five_g", {"five_g": "B"}).status_code == 200
    assert Visitor(app).get("/new", environ_base=HERE).status_code == 200


def test_right_codes_are_not_counted(app: Flask, file: File) -> None:
    assert guess(app, file.cookie, 25) == [302] * 25


def test_tries_are_forgotten_after_their_window(app: Flask, file: File, clock: Callable[[timedelta], None]) -> None:
    guess(app, access.new_code(), 21)
    clock(timedelta(minutes=14, seconds=59))
    assert guess(app, file.cookie) == [429]
    clock(timedelta(minutes=15))
    assert guess(app, access.new_code()) == [422]
    assert guess(app, file.cookie) == [302]
    assert [one.tries for one in all_of(app, Attempt)] == [1]


@pytest.mark.parametrize("wrong", ["", "abc", "0" * 27, "u" * 26, "é" * 26, "\x00" * 26, "0" * 5000])
def test_what_is_no_code_at_all_gets_the_same_answer(small_app: Flask, wrong: str) -> None:
    assert guess(small_app, wrong) == guess(small_app, access.new_code()) == [422]


def test_stopped_page_says_how_long_to_wait(small_app: Flask) -> None:
    guess(small_app, "x", 20)
    visitor = Visitor(small_app)
    visitor.get("/continue")
    answer = visitor.post("/continue", {"code": "x"}, environ_base=HERE)
    assert answer.status_code == 429 and "请等 15 分钟再试" in answer.text
