"""Log in and out: how a login may be typed, what a wrong one is told, when the hash is renewed."""

import re

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import update

from diagnose.models import Account, AuditEntry
from tests.conftest import SHIPPED_HASHER, Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.codes import deeds, is_in, log_in, person
from tests.people import HERE, PASSWORD, account, join, logged_in, verified_firm

WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("13800001111", "138 0000 1111"),
        ("13800001111", "+86 138-0000-1111"),
        ("13800001111", "008613800001111"),
        ("13800001111", "１３８００００１１１１"),
        ("li@example.com", " Li@Example.COM "),
        ("李工", "李 工"),
    ],
)
def test_login_is_found_however_it_is_typed(small_app: Flask, stored: str, typed: str) -> None:
    account(small_app, "advisor", stored)
    visitor = Visitor(small_app)
    assert log_in(visitor, typed, PASSWORD).status_code == 302
    assert is_in(visitor)


def test_password_typed_full_width_is_the_same_password(small_app: Flask) -> None:
    account(small_app, "advisor", "顾问")
    assert log_in(Visitor(small_app), "顾问", "工厂在扬州－２０２６").status_code == 302


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "x", PASSWORD[:-1], "\x00", "长" * 5000])
def test_wrong_password_and_unknown_login_get_the_same_answer(small_app: Flask, password: str) -> None:
    account(small_app, "advisor", "顾问")
    seen = set()
    for login in ("顾问", "没人"):
        visitor = Visitor(small_app)
        answer = log_in(visitor, login, password)
        seen.add((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
        assert not is_in(visitor)
    assert len(seen) == 1 and "账号或密码不对" in seen.pop()[1]


def test_unknown_login_costs_one_hash_too(small_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    account(small_app, "advisor", "顾问")
    account(small_app, "advisor", "离职", active=False)
    log_in(Visitor(small_app), "没人", "first call makes the hash that nobody's password is compared with")
    checked, verify = [], PasswordHasher.verify

    def counting(hasher: PasswordHasher, stored: str, password: str) -> bool:
        checked.append(stored.rpartition("$")[0].rpartition("$")[0])
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    for login in ("顾问", "没人", "离职", "\x00"):
        log_in(Visitor(small_app), login, "wrong")
    assert len(checked) == 4 and len(set(checked)) == 1, "same algorithm and parameters for all"


def test_closed_account_cannot_log_in(app: Flask) -> None:
    account(app, "officer", "离职", HERE, active=False)
    assert log_in(Visitor(app), "离职", PASSWORD).status_code == 422


def test_password_is_stored_as_argon2id_and_rehashed_when_parameters_change(app: Flask) -> None:
    who = account(app, "advisor", "顾问")
    with engine(app).begin() as connection:
        connection.execute(update(Account).values(password_hash=WEAK.hash(PASSWORD)))
    assert log_in(Visitor(app), "顾问", "wrong").status_code == 422
    assert "m=8" in person(app, who).password_hash
    assert log_in(Visitor(app), "顾问", PASSWORD).status_code == 302
    renewed = person(app, who).password_hash
    assert renewed.startswith("$argon2id$") and "m=8," not in renewed
    log_in(Visitor(app), "顾问", PASSWORD)
    assert person(app, who).password_hash == renewed


def test_shipped_parameters_are_those_of_the_library() -> None:
    """The other tests hash quickly."""
    usual = PasswordHasher()
    for name in ("time_cost", "memory_cost", "parallelism", "hash_len", "salt_len", "type"):
        assert getattr(SHIPPED_HASHER, name) == getattr(usual, name)
    assert SHIPPED_HASHER.memory_cost >= 19 * 1024, "OWASP asks for 19 MiB at least"


def test_logging_out_ends_this_session_only_and_needs_a_post(app: Flask) -> None:
    who = account(app, "advisor", "顾问")
    here, there = logged_in(app, who), logged_in(app, who)
    assert here.get("/logout").status_code == 405
    here.get("/me")
    assert here.post("/logout").location == "/"
    assert not is_in(here) and is_in(there)


def test_logging_out_everywhere_ends_all_sessions(app: Flask) -> None:
    who = account(app, "advisor", "顾问")
    here, there = logged_in(app, who), logged_in(app, who)
    here.get("/me")
    assert here.post("/me/everywhere").location == "/login"
    assert not is_in(here) and not is_in(there)
    assert log_in(there, "顾问", PASSWORD).status_code == 302


def test_deeds_are_in_the_log_without_names(app: Flask) -> None:
    who = account(app, "advisor", "顾问")
    visitor = Visitor(app)
    log_in(visitor, "顾问", "wrong")
    log_in(visitor, "没人", "wrong")
    log_in(visitor, "顾问", PASSWORD)
    visitor.get("/me")
    visitor.post("/logout")
    assert deeds(app) == ["login_failed", "login_failed", "login", "logout"]
    entries = all_of(app, AuditEntry)
    assert [one.detail for one in entries] == [{"account": who}, {"account": None}, {}, {}]
    assert [one.actor_id for one in entries] == [None, None, who, who]


def test_refusal_is_logged_without_personal_data(small_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    account(small_app, "advisor", "顾问")
    log_in(Visitor(small_app), "顾问", "my secret try")
    assert "refused" in caplog.text
    assert not [secret for secret in ("顾问", "my secret try", "203.0.113.7") if secret in caplog.text]


@pytest.mark.parametrize(
    ("role", "start"),
    [("advisor", "/visits/"), ("officer", "/district/"), ("admin", "/admin/"), ("enterprise", "/me")],
)
def test_everybody_starts_where_their_work_is(small_app: Flask, role: str, start: str) -> None:
    account(small_app, role, "某人")
    assert log_in(Visitor(small_app), "某人", PASSWORD).location == start


def test_person_of_one_firm_starts_in_its_file(small_app: Flask) -> None:
    who, firm = account(small_app, "enterprise", "某人"), verified_firm(small_app, public_id="00000000000000aa")
    join(small_app, who, firm)
    visitor = Visitor(small_app)
    assert log_in(visitor, "某人", PASSWORD).location == "/file/00000000000000aa/"
    assert visitor.get("/file/00000000000000aa/").status_code == 200
    assert visitor.get("/login").location == "/file/00000000000000aa/"
