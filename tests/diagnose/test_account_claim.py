"""认领: a file goes from whoever has its link to its members; colleagues come and go; the verified firm takes it in."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from diagnose.models import Account, Enterprise, Membership, Statement
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, open_file
from tests.diagnose.codes import NEW, deeds, is_in, redeem, ticket
from tests.people import HERE, PASSWORD, account, join, logged_in, verified_firm


def members(app: Flask) -> list[tuple[int, int]]:
    return sorted((one.enterprise_id, one.account_id) for one in all_of(app, Membership))


def copy_of(file: File) -> Visitor:
    """Another browser that has the file's link, too."""
    visitor = Visitor(file.app)
    visitor.client.set_cookie(f"file_{file.public_id}", file.cookie)
    return visitor


def claimed(app: Flask, file: File, login: str = "某人") -> int:
    """The file claimed by a new account; its holder's browser is logged in as that."""
    who = account(app, "enterprise", login)
    logged_in(app, who, file.holder)
    assert file.post("claim").status_code == 302
    return who


def test_claiming_with_a_new_account_logs_in_and_voids_the_link(app: Flask, file: File) -> None:
    file.submitted()
    friend, code = copy_of(file), file.cookie
    file.holder.get(f"{file.address}/claim")
    answer = file.holder.post(f"{file.address}/claim", NEW)
    assert answer.location == f"{file.address}/link?told=claimed"
    assert file.holder.client.get_cookie(f"file_{file.public_id}") is None
    made = all_of(app, Account)[-1]
    assert made.role == "enterprise" and members(app) == [(file.enterprise().id, made.id)]
    page = file.holder.get(answer.location).text
    assert "已归到您的账号名下" in page and "李工" in page and "邀请同事" in page and "继续填写码" not in page
    assert file.holder.get(f"{file.address}/").status_code == 200
    assert friend.get(f"{file.address}/").status_code == 404
    friend.get("/continue")
    assert friend.post("/continue", {"code": code}).status_code == 422
    assert deeds(app)[-2:] == ["account_made", "claimed"]


def test_claiming_with_an_account_that_is_logged_in(app: Flask, file: File) -> None:
    who = claimed(app, file)
    assert members(app) == [(file.enterprise().id, who)] and len(all_of(app, Account)) == 1


def test_claiming_twice_is_done_once(app: Flask, file: File) -> None:
    who = account(app, "enterprise", "某人")
    logged_in(app, who, file.holder)
    file.holder.get(f"{file.address}/claim")
    sent = {"csrf_token": file.holder.token()}
    answers = [file.holder.client.post(f"{file.address}/claim", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert deeds(app).count("claimed") == 1 and len(members(app)) == 1


def test_of_two_holders_at_once_one_gets_it_and_the_other_is_told(app: Flask, file: File) -> None:
    visitors, barrier = [file.holder, copy_of(file)], Barrier(2)
    for number, visitor in enumerate(visitors):
        logged_in(app, account(app, "enterprise", f"某人{number}"), visitor)
        visitor.get(f"{file.address}/claim")

    def send(visitor: Visitor) -> int:
        barrier.wait(10)
        return visitor.post(f"{file.address}/claim").status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(send, visitors))
    assert statuses[0] == 302 and statuses[1] in (404, 409)
    assert len(members(app)) == 1


@pytest.mark.parametrize("role", ["advisor", "officer", "admin"])
def test_only_enterprise_accounts_claim(small_app: Flask, role: str) -> None:
    file = open_file(small_app)
    logged_in(small_app, account(small_app, role, "某人", HERE), file.holder)
    assert "请先退出" in file.holder.get(f"{file.address}/claim").text
    assert file.holder.post(f"{file.address}/claim", NEW).status_code == 422
    assert members(small_app) == [] and file.enterprise().link_sha256


def test_nobody_claims_without_the_link(small_app: Flask) -> None:
    file = open_file(small_app)
    visitor = logged_in(small_app, account(small_app, "enterprise", "某人"))
    visitor.get("/me")
    assert visitor.get(f"{file.address}/claim").status_code == 404
    assert visitor.post(f"{file.address}/claim", NEW).status_code == 404
    assert members(small_app) == []


def test_taken_login_or_weak_password_claims_nothing(app: Flask, file: File) -> None:
    account(app, "enterprise", "13800001111")
    for wrong in ({}, {"login": "李工", "password": "短", "again": "短"}):
        assert file.post("claim", NEW | wrong).status_code == 422
    assert members(app) == [] and file.enterprise().link_sha256 and len(all_of(app, Account)) == 1
    assert file.holder.get(f"{file.address}/").status_code == 200


def test_claimed_file_never_gets_a_link_again(app: Flask, file: File) -> None:
    claimed(app, file)
    assert file.post("link").status_code == 404
    assert file.enterprise().link_sha256 is None


def test_member_invites_a_colleague_by_a_link_shown_once(app: Flask, file: File) -> None:
    who = claimed(app, file)
    page = file.post("colleagues").text
    code = re.search(r"/join#([0-9a-z]{26})<", page)
    assert code and "有效至" in page and "只在这里显示这一次" in page and "/static/link.js" in page
    colleague = Visitor(app)
    redeem(colleague, code[1], "save", **NEW)
    assert colleague.get(f"{file.address}/").status_code == 200
    made = all_of(app, Account)[-1].id
    assert members(app) == [(file.enterprise().id, who), (file.enterprise().id, made)]
    assert "invited" in deeds(app)


def test_holder_of_a_link_has_no_colleagues_to_invite(small_file: File) -> None:
    assert small_file.post("colleagues").status_code == 404
    assert small_file.post("colleagues/remove", {"account": "1"}).status_code == 404


def test_removed_colleague_is_out_at_once(app: Flask, file: File) -> None:
    claimed(app, file)
    other = account(app, "enterprise", "同事")
    join(app, other, file.enterprise().id)
    colleague = logged_in(app, other)
    assert colleague.get(f"{file.address}/").status_code == 200
    assert file.post("colleagues/remove", {"account": str(other)}).status_code == 302
    assert colleague.get(f"{file.address}/").status_code == 404
    assert deeds(app)[-1] == "colleague_removed"


def test_removed_colleague_does_not_come_back_by_an_own_invitation(app: Flask, file: File) -> None:
    claimed(app, file)
    other = account(app, "enterprise", "同事")
    join(app, other, file.enterprise().id)
    code = ticket(app, "invite", by=other, role="enterprise", enterprise_id=file.enterprise().id)
    file.post("colleagues/remove", {"account": str(other)})
    assert redeem(logged_in(app, other), code, "join").status_code == 422
    assert redeem(Visitor(app), code, "save", **NEW).status_code == 422
    assert len(members(app)) == 1


def test_last_member_stays(app: Flask, file: File) -> None:
    who = claimed(app, file)
    answer = file.post("colleagues/remove", {"account": str(who)})
    assert answer.status_code == 409 and "至少要留一位成员" in answer.text
    assert len(members(app)) == 1


def test_two_members_who_remove_each_other_at_once_leave_one(app: Flask, file: File) -> None:
    ids = [claimed(app, file), account(app, "enterprise", "同事")]
    join(app, ids[1], file.enterprise().id)
    visitors, barrier = [logged_in(app, one) for one in ids], Barrier(2)
    for visitor in visitors:
        visitor.get(f"{file.address}/link")

    def send(number: int) -> int:
        barrier.wait(10)
        return visitors[number].post(f"{file.address}/colleagues/remove", {"account": str(ids[1 - number])}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2)))[0] == 302
    assert len(members(app)) == 1


@pytest.mark.parametrize("given", ["", "x", "0", "999999", "-1", "1 OR 1=1"])
def test_removing_somebody_who_is_no_member_changes_nothing(small_app: Flask, given: str) -> None:
    file = open_file(small_app)
    claimed(small_app, file)
    join(small_app, account(small_app, "enterprise", "同事"), file.enterprise().id)
    assert file.post("colleagues/remove", {"account": given}).status_code == 302
    assert len(members(small_app)) == 2


def test_members_still_download_and_erase(app: Flask, file: File) -> None:
    file.submitted()
    claimed(app, file)
    assert file.holder.get(f"{file.address}/data.json").status_code == 200
    assert file.post("erase", {"sure": "yes", "password": PASSWORD}).location == "/erased"
    assert all_of(app, Enterprise) == [] and is_in(file.holder)


@pytest.mark.parametrize("given", [{}, {"password": ""}, {"password": "别的口令别的口令"}])
def test_member_who_does_not_know_the_password_erases_nothing(small_app: Flask, given: dict[str, str]) -> None:
    file = open_file(small_app)
    claimed(small_app, file)
    answer = file.post("erase", {"sure": "yes", **given})
    assert answer.status_code == 422 and "没有删除：密码不对" in answer.text
    assert len(all_of(small_app, Enterprise)) == 1


def test_erasing_without_the_tick_asks_for_the_tick(small_app: Flask) -> None:
    file = open_file(small_app)
    claimed(small_app, file)
    answer = file.post("erase", {"password": PASSWORD})
    assert answer.status_code == 422 and "请先勾选" in answer.text and len(all_of(small_app, Enterprise)) == 1


def test_claimed_file_joins_the_verified_firm_of_its_person(app: Flask, file: File) -> None:
    file.submitted()
    firm, who = verified_firm(app), account(app, "enterprise", "某人")
    join(app, who, firm)
    logged_in(app, who, file.holder)
    answer = file.post("claim")
    kept = next(one for one in all_of(app, Enterprise) if one.id == firm)
    assert answer.location == f"/file/{kept.public_id}/link?told=claimed"
    assert file.enterprise().status == "merged" and members(app) == [(firm, who)]
    assert {one.enterprise_id for one in all_of(app, Statement)} == {firm}


def test_activating_takes_in_the_file_claimed_before(app: Flask, file: File) -> None:
    file.submitted()
    who, firm = claimed(app, file), verified_firm(app)
    redeem(file.holder, ticket(app, "activate", enterprise_id=firm), "join")
    assert file.enterprise().status == "merged" and members(app) == [(firm, who)]
    assert {one.enterprise_id for one in all_of(app, Statement)} == {firm}


def test_claimed_file_of_another_firm_stays_apart(app: Flask, file: File) -> None:
    who = account(app, "enterprise", "某人")
    join(app, who, verified_firm(app, credit_code="91320000MA1MTXYR2B"))
    logged_in(app, who, file.holder)
    file.post("claim")
    assert file.enterprise().status == "open" and len(members(app)) == 2


def test_claiming_joins_nothing_for_who_is_no_member_of_the_verified_firm(app: Flask, file: File) -> None:
    verified_firm(app)
    claimed(app, file)
    assert file.enterprise().status == "open" and len(members(app)) == 1


def test_file_with_other_members_is_taken_in_only_when_the_person_says_so(app: Flask, file: File) -> None:
    who, firm = claimed(app, file), verified_firm(app)
    outsider = account(app, "enterprise", "外人")
    join(app, outsider, file.enterprise().id)
    page = redeem(file.holder, ticket(app, "activate", enterprise_id=firm)).text
    assert "连同成员一起并入" in page
    redeem(file.holder, ticket(app, "activate", enterprise_id=firm), "join")
    assert file.enterprise().status == "open" and (firm, outsider) not in members(app)
    redeem(file.holder, ticket(app, "activate", enterprise_id=firm), "join", also="yes")
    assert file.enterprise().status == "merged" and members(app) == [(firm, who), (firm, outsider)]
