"""Sessions: planted ones are worth nothing, old and idle ones end, the way back stays inside."""

from datetime import timedelta

import pytest
from flask import Flask

from diagnose.limits import LIMITS
from diagnose.web.login import safe_next
from tests.conftest import Visitor
from tests.diagnose.codes import Clock, is_in, log_in, stand_still
from tests.people import HERE, PASSWORD, account


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The app's time: noon, until a test moves it on."""
    return stand_still(monkeypatch)


@pytest.fixture
def inside(app: Flask) -> Visitor:
    """An officer who has just logged in."""
    account(app, "officer", "王科", HERE)
    visitor = Visitor(app)
    log_in(visitor, "王科", PASSWORD)
    return visitor


def test_planted_session_gains_nothing_when_its_victim_logs_in(app: Flask) -> None:
    account(app, "officer", "王科", HERE)
    attacker, victim = Visitor(app), Visitor(app)
    attacker.get("/login")
    planted = attacker.client.get_cookie("visitor")
    assert planted
    victim.client.set_cookie("visitor", planted.value)
    token = attacker.token()
    data = {"csrf_token": token, "login": "王科", "password": PASSWORD}
    assert victim.client.post("/login", data=data).status_code == 302
    assert is_in(victim) and not is_in(attacker)
    cookie = victim.client.get_cookie("visitor")
    assert cookie and cookie.value != planted.value
    assert victim.client.post("/me", data={"csrf_token": token, "person": "改名"}).status_code == 400, (
        "the token that the attacker knows is void"
    )


def test_nothing_of_the_session_before_survives_the_log_in(inside: Visitor) -> None:
    with inside.client.session_transaction() as session:
        assert set(session) <= {"since", "seen", "_user_id", "_fresh", "_id", "_permanent", "csrf_token"}


@pytest.mark.parametrize("role", ["enterprise", "advisor", "officer", "admin"])
def test_idle_session_ends_after_the_hours_of_its_role(small_app: Flask, clock: Clock, role: str) -> None:
    account(small_app, role, "某人", HERE)
    idle = timedelta(hours=LIMITS["idle_hours"][role])
    visitor = Visitor(small_app)
    log_in(visitor, "某人", PASSWORD)
    clock(idle)
    assert is_in(visitor)
    clock(2 * idle)
    assert is_in(visitor), "it was in use meanwhile"
    clock(3 * idle + timedelta(seconds=1))
    assert not is_in(visitor)


def test_session_ends_after_its_days_although_it_is_in_use(inside: Visitor, clock: Clock) -> None:
    hours = range(0, 24 * LIMITS["session_days"] + 1, 4)
    for hour in hours:
        clock(timedelta(hours=hour))
        assert is_in(inside), hour
    clock(timedelta(days=LIMITS["session_days"], seconds=1))
    assert not is_in(inside)


def test_page_asked_for_logged_out_comes_after_the_log_in(inside: Visitor, clock: Clock) -> None:
    clock(timedelta(days=30))
    answer = inside.get("/notices?x=1")
    assert answer.location == "/login?next=/notices?x%3D1"
    inside.get(answer.location)
    assert 'name="next" value="/notices?x=1"' in inside.page
    assert inside.post("/login", {"login": "王科", "password": PASSWORD, "next": "/notices?x=1"}).location == (
        "/notices?x=1"
    )


EVIL = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "evil.example",
    "@evil.example",
    "/me\r\nSet-Cookie: a=b",
    "/me\x00",
    "/\u2028/evil.example",
    "",
]


@pytest.mark.parametrize("target", EVIL)
def test_way_back_never_leads_elsewhere(small_app: Flask, target: str) -> None:
    account(small_app, "advisor", "顾问")
    assert safe_next(target) is None
    visitor = Visitor(small_app)
    answer = log_in(visitor, "顾问", PASSWORD, next=target)
    assert (answer.status_code, answer.location) == (302, "/visits/")
    assert visitor.get("/login", query_string={"next": target}).location == "/visits/"


def test_log_in_form_without_its_token_is_refused_and_shows_no_password(small_app: Flask) -> None:
    account(small_app, "advisor", "顾问")
    visitor = Visitor(small_app)
    answer = visitor.client.post("/login", data={"login": "顾问", "password": PASSWORD})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text and "顾问" in answer.text and PASSWORD not in answer.text
    assert not is_in(visitor)


@pytest.mark.parametrize("path", ["/me", "/me/password", "/me/everywhere", "/logout", "/notices"])
def test_forms_of_an_account_without_their_token_change_nothing(small_app: Flask, path: str) -> None:
    account(small_app, "officer", "王科", HERE)
    visitor = Visitor(small_app)
    log_in(visitor, "王科", PASSWORD)
    data = {"person": "改名", "old": PASSWORD, "password": "改成别的密码了吧", "again": "改成别的密码了吧"}
    assert visitor.client.post(path, data=data).status_code == 400
    assert is_in(visitor) and "改名" not in visitor.page


def test_script_of_a_logged_out_person_is_told_so(small_app: Flask) -> None:
    answer = Visitor(small_app).get("/notices", headers={"Accept": "application/json"})
    assert answer.status_code == 401 and answer.get_json() == {"signed_out": True}
