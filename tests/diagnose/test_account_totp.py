"""动态验证码: switched on and off, asked for in a second step, each number good once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import unquote

import pyotp
import pytest
from flask import Flask

from tests.conftest import Visitor
from tests.diagnose.codes import NOON, Clock, deeds, is_in, log_in, person, stand_still
from tests.people import HERE, PASSWORD, account

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still until a test moves it on."""
    return stand_still(monkeypatch)


def number(secret: str = SECRET, later: timedelta = timedelta()) -> str:
    return pyotp.TOTP(secret).at(NOON + later)


@pytest.fixture
def guarded(app: Flask) -> int:
    """An officer with one-time numbers."""
    return account(app, "officer", "王科", HERE, totp_secret=SECRET)


def half(app: Flask, **more: str) -> Visitor:
    """A browser in which the password was right."""
    visitor = Visitor(app)
    answer = log_in(visitor, "王科", PASSWORD, **more)
    assert answer.location.startswith("/login/number")
    visitor.get(answer.location)
    return visitor


def test_password_alone_opens_nothing(app: Flask, guarded: int) -> None:
    visitor = half(app)
    assert not is_in(visitor) and deeds(app) == []


def test_number_opens_and_the_way_back_is_kept(app: Flask, guarded: int) -> None:
    visitor = half(app, next="/notices")
    assert 'name="next" value="/notices"' in visitor.page
    assert visitor.post("/login/number", {"totp": number(), "next": "/notices"}).location == "/notices"
    assert is_in(visitor) and deeds(app) == ["login"]


def test_number_is_good_once(app: Flask, guarded: int) -> None:
    first, second = half(app), half(app)
    assert first.post("/login/number", {"totp": number()}).status_code == 302
    answer = second.post("/login/number", {"totp": number()})
    assert answer.status_code == 422 and "已经用过了" in answer.text
    assert not is_in(second)


def test_number_before_the_one_used_is_refused(app: Flask, guarded: int, clock: Clock) -> None:
    clock(timedelta(seconds=30))
    half(app).post("/login/number", {"totp": number(later=timedelta(seconds=30))})
    assert half(app).post("/login/number", {"totp": number()}).status_code == 422
    assert half(app).post("/login/number", {"totp": number(later=timedelta(seconds=60))}).status_code == 302


def test_one_number_sent_twice_at_once_opens_one_session(app: Flask, guarded: int) -> None:
    visitors, barrier = [half(app), half(app)], Barrier(2)

    def send(visitor: Visitor) -> int:
        barrier.wait(10)
        return visitor.post("/login/number", {"totp": number()}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, visitors)) == [302, 422]
    assert sorted(is_in(visitor) for visitor in visitors) == [False, True]


@pytest.mark.parametrize("wrong", ["", "000000", "12345", "abcdef", "１２３", "٠٠٠٠٠٠", "\x00"])
def test_wrong_number_is_refused(small_app: Flask, wrong: str) -> None:
    account(small_app, "admin", "王科", totp_secret=SECRET)
    visitor = half(small_app)
    assert visitor.post("/login/number", {"totp": wrong}).status_code == 422
    assert not is_in(visitor)


def test_number_may_be_typed_with_a_gap_and_a_slow_clock(small_app: Flask) -> None:
    account(small_app, "admin", "王科", totp_secret=SECRET)
    typed = number(later=timedelta(seconds=-30))
    assert half(small_app).post("/login/number", {"totp": f" {typed[:3]} {typed[3:]} "}).status_code == 302


def test_second_step_must_come_within_five_minutes(app: Flask, guarded: int, clock: Clock) -> None:
    visitor = half(app)
    clock(timedelta(minutes=5, seconds=1))
    answer = visitor.post("/login/number", {"totp": number(later=timedelta(minutes=5))})
    assert answer.location == "/login?told=half_expired" and not is_in(visitor)
    assert "验证的时间过了" in visitor.get(answer.location).text


def test_second_step_without_the_first_leads_to_the_log_in(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    assert visitor.get("/login/number").location == "/login?told=half_expired"
    visitor.get("/login")
    assert visitor.post("/login/number", {"totp": number()}).location == "/login?told=half_expired"


def test_half_session_ends_when_the_password_changes(app: Flask, guarded: int) -> None:
    visitor, other = half(app), half(app)
    other.post("/login/number", {"totp": number()})
    other.get("/me")
    other.post("/me/everywhere")
    answer = visitor.post("/login/number", {"totp": number(later=timedelta(seconds=30))})
    assert answer.location == "/login?told=half_expired"


def test_guessing_numbers_is_slowed_down(app: Flask, guarded: int) -> None:
    visitor = half(app)
    answers = [visitor.post("/login/number", {"totp": "000000"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize("role", ["officer", "admin"])
def test_switching_on_shows_key_and_picture_and_asks_for_a_number(app: Flask, role: str, clock: Clock) -> None:
    who = account(app, role, "王科", HERE)
    visitor = Visitor(app)
    log_in(visitor, "王科", PASSWORD)
    visitor.get("/me/totp")
    key = re.search(r"<span data-copied>([A-Z2-7]{32})</span>", visitor.page)
    picture = re.search(r'src="data:image/svg\+xml[^,]*,([^"]+)"', visitor.page)
    assert key and picture and "<svg" in unquote(picture[1])
    assert visitor.post("/me/totp", {"totp": "000000"}).status_code == 422
    assert f"<span data-copied>{key[1]}</span>" in visitor.page, "a mistyped number does not change the key"
    assert person(app, who).totp_secret is None
    assert visitor.post("/me/totp", {"totp": number(key[1])}).location == "/me?told=totp_is_on"
    assert person(app, who).totp_secret == key[1]
    assert half(app).post("/login/number", {"totp": number(key[1])}).status_code == 422, "it was used to switch it on"
    clock(timedelta(seconds=30))
    assert half(app).post("/login/number", {"totp": number(key[1], timedelta(seconds=30))}).status_code == 302


def test_switching_off_asks_for_the_password(app: Flask, guarded: int) -> None:
    visitor = half(app)
    visitor.post("/login/number", {"totp": number()})
    visitor.get("/me")
    assert visitor.post("/me/totp/off", {"old": "wrong"}).status_code == 422
    assert person(app, guarded).totp_secret == SECRET
    assert visitor.post("/me/totp/off", {"old": PASSWORD}).status_code == 302
    assert person(app, guarded).totp_secret is None
    assert deeds(app) == ["login", "totp_off"]
    assert log_in(Visitor(app), "王科", PASSWORD).location == "/district/"


@pytest.mark.parametrize("role", ["enterprise", "advisor"])
def test_it_is_for_officers_and_admins(small_app: Flask, role: str) -> None:
    account(small_app, role, "某人")
    visitor = Visitor(small_app)
    log_in(visitor, "某人", PASSWORD)
    assert visitor.get("/me/totp").status_code == 404
    visitor.get("/me")
    assert "动态验证码" not in visitor.page
    assert visitor.post("/me/totp", {"totp": "0"}).status_code == 404
