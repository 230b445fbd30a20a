"""Brute force: 10 failed tries in 15 minutes by account and by address, then a growing wait."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from diagnose.services import throttle
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.diagnose.codes import Clock, is_in, log_in, redeem, stand_still, ticket
from tests.people import HERE, PASSWORD, account

THERE = "198.51.100.9"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still until a test moves it on."""
    return stand_still(monkeypatch)


@pytest.fixture
def target(app: Flask) -> Flask:
    """An app with two accounts."""
    account(app, "officer", "王科", HERE)
    account(app, "officer", "赵科", HERE)
    return app


def guess(app: Flask, login: str, times: int, address: str = "203.0.113.7") -> list[int]:
    return [log_in(Visitor(app), login, "wrong guess", address).status_code for _ in range(times)]


def test_eleventh_try_has_to_wait_and_the_right_password_too(target: Flask) -> None:
    assert guess(target, "王科", 10) == [422] * 10
    visitor = Visitor(target)
    answer = log_in(visitor, "王科", PASSWORD, THERE)
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "2"
    assert "请等 2 秒再试" in answer.text and not is_in(visitor)


def test_wait_grows_to_half_a_minute_and_no_further() -> None:
    assert [throttle.delay(failed) for failed in range(9, 18)] == [0, 2, 4, 8, 16, 30, 30, 30, 30]
    assert throttle.delay(10_000) == 30


def test_each_failed_try_after_the_wait_makes_the_next_wait_longer(target: Flask, clock: Clock) -> None:
    guess(target, "王科", 10)
    waited = timedelta()
    for seconds, following in ((2, 4), (4, 8), (8, 16), (16, 30), (30, 30)):
        clock(waited + timedelta(seconds=seconds, milliseconds=-1))
        assert guess(target, "王科", 1) == [429], seconds
        waited += timedelta(seconds=seconds)
        clock(waited)
        assert guess(target, "王科", 1) == [422], seconds
        assert log_in(Visitor(target), "王科", PASSWORD).headers["Retry-After"] == str(following)


def test_who_waits_gets_in_although_others_keep_guessing(target: Flask, clock: Clock) -> None:
    guess(target, "王科", 10)
    for tenth in range(20):
        clock(timedelta(seconds=tenth / 10))
        assert guess(target, "王科", 1) == [429], "a refused try does not prolong the wait"
    clock(timedelta(seconds=2))
    visitor = Visitor(target)
    assert log_in(visitor, "王科", PASSWORD, THERE).status_code == 302 and is_in(visitor)


def test_blocked_account_does_not_block_others(target: Flask) -> None:
    guess(target, "王科", 11)
    assert log_in(Visitor(target), "王科", PASSWORD, THERE).status_code == 429
    assert log_in(Visitor(target), "赵科", PASSWORD, THERE).status_code == 302


def test_blocked_address_does_not_block_the_accounts_it_guessed_at(target: Flask) -> None:
    for number in range(10):
        guess(target, f"没人{number}", 1)
    assert log_in(Visitor(target), "赵科", PASSWORD).status_code == 429
    assert log_in(Visitor(target), "赵科", PASSWORD, THERE).status_code == 302


def test_neighbours_in_one_ipv6_network_count_as_one_address(small_app: Flask) -> None:
    account(small_app, "officer", "赵科", HERE)
    for number in range(10):
        guess(small_app, f"没人{number}", 1, f"2001:db8::{number:x}")
    assert log_in(Visitor(small_app), "赵科", PASSWORD, "2001:db8::ffff").status_code == 429
    assert log_in(Visitor(small_app), "赵科", PASSWORD, "2001:db8:1::1").status_code == 302


def test_unknown_login_is_slowed_down_like_a_known_one(target: Flask) -> None:
    for login in ("王科", "没人"):
        seen = [guess(target, login, 1, f"192.0.2.{number}") for number in range(12)]
        assert seen == [[422]] * 10 + [[429]] * 2, login


def test_spellings_of_one_login_count_together(small_app: Flask) -> None:
    spellings = ["13800001111", "138 0000 1111", "+86-13800001111", "138-0000-1111", "１３８００００１１１１"]
    answers = [guess(small_app, spellings[number % 5], 1, f"192.0.2.{number}") for number in range(11)]
    assert answers == [[422]] * 10 + [[429]]


def test_tries_count_for_15_minutes_and_no_longer(target: Flask, clock: Clock) -> None:
    guess(target, "王科", 5)
    clock(timedelta(minutes=14))
    guess(target, "王科", 5)
    assert guess(target, "王科", 1) == [429]
    clock(timedelta(minutes=15))
    assert guess(target, "王科", 5) == [422] * 5, "the first five are too old to count"
    assert guess(target, "王科", 1) == [429]


def test_right_passwords_do_not_count(small_app: Flask) -> None:
    account(small_app, "officer", "王科", HERE)
    assert {log_in(Visitor(small_app), "王科", PASSWORD).status_code for _ in range(12)} == {302}


def test_tries_sent_at_once_do_not_slip_through(target: Flask) -> None:
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _: guess(target, "王科", 1)[0], range(18)))
    assert sorted(statuses) == [422] * 10 + [429] * 8


def test_neither_login_nor_address_is_stored_in_plain(app: Flask) -> None:
    guess(app, "王科长的账号", 1)
    visitor = Visitor(app)
    visitor.get("/continue")
    visitor.post("/continue", {"code": "x"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    tables = MetaData()
    tables.reflect(engine(app), only=["attempt", "audit_entry"])
    with engine(app).connect() as connection:
        stored = [str(row) for table in tables.sorted_tables for row in connection.execute(select(table))]
    assert len(stored) >= 3
    assert not [row for row in stored if "王科长" in row or "203.0.113" in row]


def test_guessing_at_one_time_codes_is_slowed_down(app: Flask) -> None:
    code = ticket(app, "invite", role="advisor")
    answers = [redeem(Visitor(app), "0000-0000-0000").status_code for _ in range(10)]
    assert answers == [422] * 10
    assert redeem(Visitor(app), code).status_code == 429


def test_present_password_cannot_be_guessed_in_a_session_left_open(small_app: Flask) -> None:
    account(small_app, "officer", "王科", HERE)
    visitor = Visitor(small_app)
    log_in(visitor, "王科", PASSWORD)
    visitor.get("/me")
    form = {"old": "wrong", "password": "改成别的密码了吧-2026", "again": "改成别的密码了吧-2026"}
    answers = [visitor.post("/me/password", form).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
