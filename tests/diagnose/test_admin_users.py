"""The admin's users: found, invited, given a new password, moved, closed; never without an admin."""

import re
import threading

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from diagnose.access import digest
from diagnose.db import reading
from diagnose.models import Account, AuditEntry, Division, Ticket
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.people import ELSEWHERE, HERE, account, logged_in


@pytest.fixture
def boss(app: Flask) -> int:
    return account(app, "admin", "管理甲")


@pytest.fixture
def admin(app: Flask, boss: int) -> Visitor:
    visitor = logged_in(app, boss)
    visitor.get("/admin/users")
    return visitor


def post(admin: Visitor, address: str, data: dict[str, str] | None = None) -> TestResponse:
    """Post with a fresh token: not every page has one."""
    admin.get("/admin/users")
    return admin.post(address, data)


def one(app: Flask, account_id: int) -> Account:
    with reading(engine(app)) as session:
        return session.get_one(Account, account_id)


def division_id(app: Flask, code: str) -> int:
    with reading(engine(app)) as session:
        return session.scalars(select(Division.id).where(Division.code == code)).one()


def deeds(app: Flask) -> list[str]:
    return [entry.action for entry in all_of(app, AuditEntry)]


def shown_code(visitor: Visitor) -> str:
    found = re.search(r"/join#([0-9a-z]+)", visitor.page)
    assert found, visitor.page
    return found[1]


def test_users_are_found_by_name_login_and_role(app: Flask, admin: Visitor) -> None:
    account(app, "officer", "王负责", HERE)
    account(app, "advisor", "张顾问")
    admin.get("/admin/users")
    assert "王负责" in admin.page and "张顾问" in admin.page and "邗江区" in admin.page
    admin.get("/admin/users?text=负责")
    assert "王负责" in admin.page and "张顾问" not in admin.page
    admin.get("/admin/users?role=advisor")
    assert "王负责" not in admin.page and "张顾问" in admin.page
    admin.get("/admin/users?text=没有这个人")
    assert "没有符合条件的账号" in admin.page


@pytest.mark.parametrize("role", ["enterprise", "advisor", "officer"])
def test_the_pages_exist_for_admins_only(app: Flask, admin: Visitor, boss: int, role: str) -> None:
    other = logged_in(app, account(app, role, "别人", HERE if role == "officer" else None))
    pages = ("/", "/users", f"/users/{boss}", "/divisions/", "/divisions/1", "/schemes", "/jobs", "/audit", "/backup")
    for page in pages:
        assert other.get(f"/admin{page}").status_code == 404
        assert Visitor(app).get(f"/admin{page}").status_code == 302
        assert admin.get(f"/admin{page}").status_code == 200
    other.get("/me")
    for deed in ("users/invite", f"users/{boss}/close", f"users/{boss}/reset", "divisions/1/invite", "divisions/1/add"):
        assert other.post(f"/admin/{deed}").status_code == 404
    assert one(app, boss).active and all_of(app, Ticket) == []


def test_another_admin_is_invited_by_a_link_shown_once(app: Flask, admin: Visitor) -> None:
    assert post(admin, "/admin/users/invite").status_code == 200
    (ticket,) = all_of(app, Ticket)
    assert (ticket.purpose, ticket.role, ticket.sha256) == ("invite", "admin", digest(shown_code(admin)))
    assert deeds(app) == ["admin_invite"]


def test_an_officer_is_invited_from_the_page_of_the_division(app: Flask, admin: Visitor) -> None:
    place = division_id(app, HERE)
    admin.get("/admin/divisions/?text=邗江")
    assert f"/admin/divisions/{place}" in admin.page and "江苏省 扬州市 邗江区" in admin.page
    admin.get(f"/admin/divisions/{place}")
    assert "还没有负责人" in admin.page
    assert post(admin, f"/admin/divisions/{place}/invite").status_code == 200
    (ticket,) = all_of(app, Ticket)
    assert (ticket.role, ticket.division_id, ticket.sha256) == ("officer", place, digest(shown_code(admin)))


def test_a_reset_link_replaces_the_one_before(app: Flask, admin: Visitor) -> None:
    who = account(app, "officer", "王负责", HERE)
    for _ in range(2):
        assert post(admin, f"/admin/users/{who}/reset").status_code == 200
    first, second = all_of(app, Ticket)
    assert first.expires_at < second.expires_at and second.sha256 == digest(shown_code(admin))
    assert deeds(app) == ["admin_reset", "admin_reset"]


def test_a_closed_account_is_out_at_once_and_comes_back_when_reopened(app: Flask, admin: Visitor) -> None:
    who = account(app, "officer", "王负责", HERE)
    officer = logged_in(app, who)
    assert officer.get("/district/log").status_code == 200
    for _ in range(2):
        assert post(admin, f"/admin/users/{who}/close").location.endswith("done=close")
    assert officer.get("/district/log").status_code == 302
    assert post(admin, f"/admin/users/{who}/reset").status_code == 404
    for _ in range(2):
        post(admin, f"/admin/users/{who}/reopen")
    assert one(app, who).active and officer.get("/district/log").status_code == 302
    assert deeds(app) == ["admin_close", "admin_reopen"]


def test_logging_out_everywhere_ends_every_session(app: Flask, admin: Visitor, boss: int) -> None:
    who = account(app, "officer", "王负责", HERE)
    phone, desk = logged_in(app, who), logged_in(app, who)
    post(admin, f"/admin/users/{who}/logout")
    assert {phone.get("/district/log").status_code, desk.get("/district/log").status_code} == {302}
    assert post(admin, f"/admin/users/{boss}/logout").location.endswith("/login")
    assert admin.get("/admin/users").status_code == 302


def test_a_lost_phone_is_helped_by_an_admin_but_not_the_own_one(app: Flask, admin: Visitor, boss: int) -> None:
    other = account(app, "officer", "丢了手机的", HERE, totp_secret="JBSWY3DPEHPK3PXP", totp_step=7)
    post(admin, f"/admin/users/{other}/totp-off")
    helped = one(app, other)
    assert (helped.totp_secret, helped.totp_step, helped.epoch) == (None, None, 1)
    own = account(app, "admin", "管理乙", totp_secret="JBSWY3DPEHPK3PXP")
    post(logged_in(app, own), f"/admin/users/{own}/totp-off")
    assert one(app, own).totp_secret
    assert deeds(app).count("admin_totp_off") == 1


def test_an_officer_moved_to_another_division_sees_only_that(app: Flask, admin: Visitor) -> None:
    who, place = account(app, "officer", "王负责", HERE), division_id(app, ELSEWHERE)
    admin.get(f"/admin/users/{who}?text=朝阳区")
    assert f'value="{place}"' in admin.page and "北京市" in admin.page
    for _ in range(2):
        assert post(admin, f"/admin/users/{who}/division", {"division": str(place)}).status_code == 302
    assert one(app, who).division_id == place
    (entry,) = all_of(app, AuditEntry)
    assert entry.detail == {"account": who, "before": division_id(app, HERE), "after": place}


@pytest.mark.parametrize("typed", ["", "x", "0", "999999999", "99999999999999999999"])
def test_a_division_that_is_none_changes_nothing(app: Flask, admin: Visitor, typed: str) -> None:
    who = account(app, "officer", "王负责", HERE)
    assert post(admin, f"/admin/users/{who}/division", {"division": typed}).status_code == 404
    assert one(app, who).division_id == division_id(app, HERE)


def test_an_enterprise_account_has_no_division(app: Flask, admin: Visitor) -> None:
    who = account(app, "enterprise", "甲员工")
    assert post(admin, f"/admin/users/{who}/division", {"division": str(division_id(app, HERE))}).status_code == 404


def test_an_admin_closes_neither_themselves_nor_the_last_one(
    app: Flask, admin: Visitor, boss: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(admin, f"/admin/users/{boss}/close")
    assert answer.status_code == 409 and "不能停用自己的账号" in answer.text
    assert "refused admin_self" in caplog.text
    second = account(app, "admin", "管理乙")
    assert post(admin, f"/admin/users/{second}/close").status_code == 302
    assert one(app, boss).active and not one(app, second).active


def test_of_two_admins_who_close_each_other_at_once_one_remains(app: Flask, boss: int) -> None:
    second = account(app, "admin", "管理乙")
    browsers = {second: logged_in(app, boss), boss: logged_in(app, second)}
    for browser in browsers.values():
        browser.get("/admin/users")
    barrier, answers = threading.Barrier(2), []

    def close(other: int, browser: Visitor) -> None:
        barrier.wait()
        answers.append(browser.post(f"/admin/users/{other}/close").status_code)

    threads = [threading.Thread(target=close, args=pair) for pair in browsers.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted([one(app, boss).active, one(app, second).active]) == [False, True]
    assert 302 in answers and deeds(app) == ["admin_close"]


def test_nothing_happens_without_the_token(app: Flask, admin: Visitor) -> None:
    who = account(app, "officer", "王负责", HERE)
    for deed in ("close", "reset", "logout"):
        assert admin.client.post(f"/admin/users/{who}/{deed}", data={"x": "y"}).status_code == 400
    assert one(app, who).active and all_of(app, Ticket) == []
