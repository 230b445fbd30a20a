"""One-time links and activation codes: what they open, once, for one person, and for how long."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from diagnose import access
from diagnose.models import Account, Enterprise, Membership, Notice, Ticket
from diagnose.services import tickets
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine, open_file
from tests.diagnose.codes import NEW, Clock, deeds, is_in, log_in, person, redeem, stand_still, ticket
from tests.people import HERE, PASSWORD, account, join, logged_in, verified_firm


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still until a test moves it on."""
    return stand_still(monkeypatch)


def members(app: Flask) -> list[tuple[int, int]]:
    return sorted((one.enterprise_id, one.account_id) for one in all_of(app, Membership))


def test_invited_officer_gets_an_account_in_the_division_and_is_logged_in(app: Flask) -> None:
    chief = account(app, "officer", "王科", HERE)
    place = person(app, chief).division_id
    code = ticket(app, "invite", chief, role="officer", division_id=place)
    visitor = Visitor(app)
    shown = redeem(visitor, code)
    assert shown.status_code == 200 and "建立账号" in shown.text and "区县" in shown.text
    assert redeem(visitor, code, "save", **NEW).location == "/district/"
    made = all_of(app, Account)[-1]
    assert (made.login, made.name, made.role, made.division_id) == ("13800001111", "李工", "officer", place)
    assert is_in(visitor) and deeds(app) == ["account_made"]
    assert log_in(Visitor(app), "13800001111", NEW["password"]).status_code == 302


def test_invited_colleague_becomes_a_member_and_the_others_are_told(app: Flask) -> None:
    firm, first = verified_firm(app), account(app, "enterprise", "某人")
    join(app, first, firm)
    visitor = Visitor(app)
    redeem(visitor, ticket(app, "invite", first, role="enterprise", enterprise_id=firm), "save", **NEW)
    made = all_of(app, Account)[-1].id
    assert members(app) == [(firm, first), (firm, made)]
    assert [(one.account_id, one.kind) for one in all_of(app, Notice)] == [(first, "joined")]
    assert deeds(app) == ["account_made", "joined"]


def test_person_with_an_account_joins_without_a_new_one(app: Flask) -> None:
    firm, who = verified_firm(app), account(app, "enterprise", "某人")
    code, visitor = ticket(app, "activate", enterprise_id=firm), logged_in(app, who)
    assert "用这个账号加入" in redeem(visitor, code).text
    assert members(app) == [], "looking joins nobody"
    public_id = all_of(app, Enterprise)[0].public_id
    assert redeem(visitor, code, "join").location == f"/file/{public_id}/"
    assert members(app) == [(firm, who)] and len(all_of(app, Account)) == 1
    assert visitor.get(f"/file/{public_id}/").status_code == 200


def test_activation_code_is_short_and_opens_a_firm_to_a_new_person(app: Flask) -> None:
    firm = verified_firm(app)
    code = ticket(app, "activate", enterprise_id=firm)
    assert len(code) == 12
    typed = f"{code[:4]}-{code[4:8]}-{code[8:]}".upper().replace("0", "O").replace("1", "l")
    visitor = Visitor(app)
    assert "甲精密部件有限公司" in redeem(visitor, typed).text
    redeem(visitor, typed, "save", **NEW)
    made = all_of(app, Account)[-1]
    assert made.role == "enterprise" and members(app) == [(firm, made.id)]


def test_activating_voids_a_link_somebody_still_has(app: Flask) -> None:
    file = open_file(app)
    firm = file.enterprise().id
    redeem(Visitor(app), ticket(app, "activate", enterprise_id=firm), "save", **NEW)
    assert file.enterprise().link_sha256 is None
    assert file.holder.get(f"{file.address}/").status_code == 404


def test_code_of_a_merged_firm_opens_what_it_was_merged_into(app: Flask) -> None:
    kept = verified_firm(app)
    gone = verified_firm(app, verified=False, status="merged", merged_into_id=kept)
    redeem(Visitor(app), ticket(app, "activate", enterprise_id=gone), "save", **NEW)
    assert [enterprise for enterprise, _ in members(app)] == [kept]


def test_reset_gives_a_new_password_and_ends_all_sessions(app: Flask) -> None:
    who = account(app, "officer", "王科", HERE, totp_secret="JBSWY3DPEHPK3PXP")
    before, visitor = logged_in(app, who), Visitor(app)
    code, other = ticket(app, "reset", account_id=who), ticket(app, "reset", account_id=who)
    assert "王科" in redeem(visitor, code).text
    answer = redeem(visitor, code, "save", password=NEW["password"], again=NEW["password"])
    assert answer.location == "/login?told=reset_done"
    assert not is_in(visitor), "a link alone does not get past the one-time number"
    assert not is_in(before)
    assert log_in(visitor, "王科", NEW["password"]).location == "/login/number"
    assert log_in(visitor, "王科", PASSWORD).status_code == 422
    assert redeem(Visitor(app), other).status_code == 422, "other links that could set it again are void"


def test_reset_for_a_closed_account_opens_nothing(small_app: Flask) -> None:
    who = account(small_app, "officer", "王科", HERE, active=False)
    answer = redeem(Visitor(small_app), ticket(small_app, "reset", account_id=who), "save", **NEW)
    assert answer.status_code == 422 and "已经不在了" in answer.text


def test_used_ticket_is_told_so(app: Flask) -> None:
    code = ticket(app, "invite", role="advisor")
    redeem(Visitor(app), code, "save", **NEW)
    for step in ("", "save"):
        answer = redeem(Visitor(app), code, step, **(NEW | {"login": "另一个人"}))
        assert answer.status_code == 422 and "已经用过了" in answer.text
    assert len(all_of(app, Account)) == 1


@pytest.mark.parametrize(("purpose", "days"), [("invite", 7), ("reset", 1), ("activate", 90)])
def test_expired_ticket_is_told_so(app: Flask, clock: Clock, purpose: str, days: int) -> None:
    who = account(app, "enterprise", "某人")
    opens: dict[str, dict[str, Any]] = {"invite": {"role": "advisor"}, "reset": {"account_id": who}, "activate": {}}
    code = ticket(app, purpose, **opens[purpose])
    clock(timedelta(days=days, seconds=-1))
    assert redeem(Visitor(app), code).status_code == 200
    clock(timedelta(days=days))
    for step in ("", "save"):
        answer = redeem(Visitor(app), code, step, **NEW)
        assert answer.status_code == 422 and "已经过期" in answer.text
    assert len(all_of(app, Account)) == 1


@pytest.mark.parametrize("wrong", ["", "x", "0" * 26, "0" * 12, "u" * 26, "\x00" * 26, "é" * 12, "0" * 5000])
def test_unknown_code_is_told_so(small_app: Flask, wrong: str) -> None:
    answer = redeem(Visitor(small_app), wrong, "save", **NEW)
    assert answer.status_code == 422 and "没有找到这个代码" in answer.text


def test_link_of_a_file_is_no_one_time_code(small_app: Flask) -> None:
    assert redeem(Visitor(small_app), open_file(small_app).cookie).status_code == 422


def test_wrong_form_uses_up_nothing(app: Flask) -> None:
    account(app, "advisor", "13800001111")
    code = ticket(app, "invite", role="advisor")
    for wrong in ({"login": ""}, {"person": ""}, {"password": "短", "again": "短"}, {"again": "x"}, {}):
        answer = redeem(Visitor(app), code, "save", **(NEW | wrong))
        assert answer.status_code == 422 and code in answer.text, wrong
        assert NEW["password"] not in answer.text
    assert "已经有人用了" in answer.text
    assert redeem(Visitor(app), code, "save", **(NEW | {"login": "李工"})).status_code == 302


@pytest.mark.parametrize("login", ["a\u200bb", "\x01\x02\x03", "x" * 65, "一"])
def test_login_that_nobody_could_type_again_is_refused(small_app: Flask, login: str) -> None:
    code = ticket(small_app, "invite", role="advisor")
    assert redeem(Visitor(small_app), code, "save", **(NEW | {"login": login})).status_code == 422


def test_of_two_people_at_once_one_gets_it(app: Flask) -> None:
    code, barrier = ticket(app, "invite", role="advisor"), Barrier(2)
    visitors = [Visitor(app), Visitor(app)]
    for visitor in visitors:
        redeem(visitor, code)

    def send(number: int) -> tuple[int, str]:
        barrier.wait(10)
        answer = visitors[number].post("/join", NEW | {"ticket": code, "step": "save", "login": f"顾问{number}"})
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, range(2)))
    assert [status for status, _ in answers] == [302, 422]
    assert "已经用过了" in answers[1][1]
    assert len(all_of(app, Account)) == 1


def test_of_two_people_with_one_login_at_once_one_gets_it_and_the_other_keeps_the_link(app: Flask) -> None:
    codes, barrier = [ticket(app, "invite", role="advisor") for _ in range(2)], Barrier(2)
    visitors = [Visitor(app), Visitor(app)]
    for visitor, code in zip(visitors, codes, strict=True):
        redeem(visitor, code)

    def send(number: int) -> int:
        barrier.wait(10)
        return visitors[number].post("/join", NEW | {"ticket": codes[number], "step": "save"}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [302, 422]
    assert len(all_of(app, Account)) == 1
    assert sorted(one.used_at is None for one in all_of(app, Ticket)) == [False, True]


@pytest.mark.parametrize("role", ["advisor", "officer", "admin"])
def test_somebody_logged_in_for_other_work_is_asked_to_log_out(small_app: Flask, role: str) -> None:
    visitor = logged_in(small_app, account(small_app, role, "某人", HERE))
    code = ticket(small_app, "activate", enterprise_id=verified_firm(small_app))
    answer = redeem(visitor, code, "join")
    assert "请先退出当前账号" in answer.text and members(small_app) == []
    assert all_of(small_app, Ticket)[0].used_at is None


def test_enterprise_person_cannot_turn_into_an_officer(small_app: Flask) -> None:
    who = account(small_app, "enterprise", "某人")
    answer = redeem(logged_in(small_app, who), ticket(small_app, "invite", role="officer"), "join")
    assert "请先退出当前账号" in answer.text and person(small_app, who).role == "enterprise"


def test_role_and_firm_come_from_the_ticket_only(small_app: Flask) -> None:
    firm = verified_firm(small_app)
    forged = NEW | {"role": "admin", "division_id": "1", "enterprise_id": str(firm), "also": "yes"}
    redeem(Visitor(small_app), ticket(small_app, "invite", role="advisor"), "save", **forged)
    made = all_of(small_app, Account)[0]
    assert (made.role, made.division_id, members(small_app)) == ("advisor", None, [])


def test_only_the_hash_is_stored_and_the_code_stands_in_no_address(app: Flask) -> None:
    code = ticket(app, "invite", role="advisor")
    tables = MetaData()
    # The search index has no rows to read; what it holds are parts of names.
    tables.reflect(engine(app), only=lambda name, _: not name.startswith("firm_name"))
    with engine(app).connect() as connection:
        stored = [str(row) for table in tables.sorted_tables for row in connection.execute(select(table))]
    assert any(access.digest(code) in row for row in stored) and not [row for row in stored if code in row]
    visitor = Visitor(app)
    redeem(visitor, code)
    assert not re.search(rf'(href|src|action)="[^"]*{code}', visitor.page)
    assert code not in (redeem(visitor, code, "save", **NEW).location or "")


def test_pages_load_the_script_that_posts_what_stands_behind_the_hash(small_app: Flask) -> None:
    for path in ("/join", "/activate"):
        page = Visitor(small_app).get(path).text
        assert "/static/continue.js" in page and 'id="code" name="ticket"' in page and 'id="open"' in page


def test_codes_have_enough_random_bits(small_app: Flask) -> None:
    codes = {ticket(small_app, "activate", enterprise_id=None) for _ in range(50)}
    assert len(codes) == 50 and all(set(code) <= set(access.ALPHABET) for code in codes)
    assert tickets.ACTIVATION_LENGTH * 5 == 60 and len(ticket(small_app, "reset")) * 5 == 130
