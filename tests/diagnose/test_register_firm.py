"""The officer's page of one firm: every deed once, with history, only in the own subtree."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Division, Enterprise, EnterpriseDivision, Notice, Ticket
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, counts, engine, open_file
from tests.diagnose.register_desk import at_once, changes, division, do, firm, hidden, logged, officer, place, push
from tests.people import ELSEWHERE, HERE, account, join, logged_in, verified_firm

PID = "00000000000000aa"
FIRM = f"/district/firm/{PID}"
DEEDS: dict[str, dict[str, str]] = {
    "contact": {"contact_name": "王", "contact_phone": "1"},
    "rename": {"name": "新名字"},
    "move": {"division": "1"},
    "handover": {"province": "110000", "division": ELSEWHERE, "sure": "yes"},
    "close": {"reason": "注销"},
    "reopen": {"reason": "复产"},
    "verify": {},
    "merge": {"other": PID, "stays": PID},
}


@pytest.fixture
def mine(app: Flask) -> int:
    return verified_firm(app, public_id=PID)


@pytest.fixture
def boss(app: Flask, mine: int) -> Visitor:
    return officer(app)


def test_page_shows_facts_people_and_history(app: Flask, mine: int, boss: Visitor) -> None:
    join(app, account(app, "enterprise", "小王"), mine)
    do(boss, f"{FIRM}/rename", name="新名字有限公司")
    boss.get(FIRM + "/")
    for text in ("新名字有限公司", "甲精密部件有限公司", "江苏省扬州市邗江区", "小王", "更名", "boss", "没有指派"):
        assert text in boss.page


def test_another_districts_officer_sees_and_changes_nothing(app: Flask, mine: int) -> None:
    stranger = officer(app, "stranger", ELSEWHERE)
    before = counts(app), firm(app, mine).name
    assert stranger.get(FIRM + "/").status_code == 404
    for deed, fields in DEEDS.items():
        assert stranger.get(f"{FIRM}/{deed}").status_code == 404, deed
        for sent in ({}, fields):
            assert push(stranger, f"{FIRM}/{deed}", seen="0", **sent) == 404, deed
    for deed in ("code", "invite"):
        assert push(stranger, f"{FIRM}/{deed}") == 404
    assert (counts(app), firm(app, mine).name) == before


@pytest.mark.parametrize("role", ["enterprise", "advisor", "admin"])
def test_other_roles_find_no_such_page(app: Flask, mine: int, role: str) -> None:
    who = logged_in(app, account(app, role, role))
    if role == "enterprise":
        join(app, account(app, role, "second"), mine)
    who.get("/")
    for address in (FIRM + "/", *(f"{FIRM}/{deed}" for deed in DEEDS)):
        assert who.get(address).status_code == 404


def test_guessed_ids_are_no_pages(app: Flask, boss: Visitor) -> None:
    for guess in ("0" * 16, "f" * 16, "aa", "'--"):
        assert boss.get(f"/district/firm/{guess}/").status_code == 404


def test_contact_is_kept_with_its_history(app: Flask, mine: int, boss: Visitor) -> None:
    assert do(boss, f"{FIRM}/contact", contact_name=" 王厂长 ", contact_phone="138").status_code == 302
    row = firm(app, mine)
    assert (row.contact_name, row.contact_phone) == ("王厂长", "138")
    assert changes(app, mine) == [("contact", "", "王厂长 138")]
    assert logged(app, "firm_contact") == 1


def test_the_same_form_sent_twice_is_one_change(app: Flask, mine: int, boss: Visitor) -> None:
    boss.get(f"{FIRM}/rename")
    sent = hidden(boss) | {"name": "新名字"}
    assert [boss.post(f"{FIRM}/rename", sent).status_code for _ in range(2)] == [302, 302]
    assert len(changes(app, mine)) == logged(app, "firm_rename") == 1


def test_a_form_from_before_another_change_is_refused(app: Flask, mine: int, boss: Visitor) -> None:
    boss.get(f"{FIRM}/rename")
    sent = hidden(boss) | {"name": "我起的名字"}
    do(officer(app, "colleague"), f"{FIRM}/rename", name="同事起的名字")
    assert boss.post(f"{FIRM}/rename", sent).status_code == 409
    assert "刚才有人改过" in boss.page
    assert firm(app, mine).name == "同事起的名字"


def test_of_two_renames_at_once_one_wins_and_the_other_is_told(app: Flask, mine: int, boss: Visitor) -> None:
    both = [boss, officer(app, "colleague")]
    for who in both:
        who.get(f"{FIRM}/rename")
    sent = [hidden(who) | {"name": f"名字{n}"} for n, who in enumerate(both)]
    answers = at_once(*(lambda n=n: both[n].post(f"{FIRM}/rename", sent[n]).status_code for n in range(2)))
    assert sorted(answers) == [302, 409]
    assert len(changes(app, mine)) == 1
    assert firm(app, mine).name == f"名字{answers.index(302)}"


def test_one_form_sent_twice_at_once_is_one_change(app: Flask, mine: int, boss: Visitor) -> None:
    boss.get(f"{FIRM}/close")
    sent, token = hidden(boss) | {"reason": "注销"}, boss.client.get_cookie("visitor")
    assert token
    tabs = [Visitor(app), Visitor(app)]
    for tab in tabs:
        tab.client.set_cookie("visitor", token.value)
    answers = at_once(*(lambda tab=tab: tab.post(f"{FIRM}/close", sent).status_code for tab in tabs))
    assert answers == [302, 302]
    assert changes(app, mine) == [("close", "", "注销")]


def test_move_within_the_subtree_is_dated(app: Flask, mine: int) -> None:
    city = officer(app, "city", "321000")
    assert do(city, f"{FIRM}/move", division=division(app, "321002")).status_code == 302
    assert place(app, mine) == "321002"
    left, now = all_of(app, EnterpriseDivision)
    assert (left.valid_to, now.valid_from, now.valid_to) == (wording.today(), wording.today(), None)
    assert left.valid_from == date(2025, 1, 1)
    assert changes(app, mine) == [("move", "江苏省扬州市邗江区", "江苏省扬州市广陵区")]


def test_move_to_where_one_may_not_look_is_no_choice(app: Flask, mine: int, boss: Visitor) -> None:
    assert do(boss, f"{FIRM}/move", division=division(app, "321002")).status_code == 422
    assert do(boss, f"{FIRM}/move", division="999999").status_code == 422
    assert place(app, mine) == HERE


def test_closed_division_is_offered_to_nobody(app: Flask, mine: int) -> None:
    with writing(engine(app)) as session:
        session.scalars(select(Division).where(Division.code == "321002")).one().closed_on = date(2026, 1, 1)
    city = officer(app, "city", "321000")
    assert do(city, f"{FIRM}/move", division=division(app, "321002")).status_code == 422


def test_handed_over_firm_leaves_the_scope_and_the_new_officers_are_told(app: Flask, mine: int, boss: Visitor) -> None:
    there = account(app, "officer", "there", ELSEWHERE)
    boss.get(f"{FIRM}/handover")
    sent = hidden(boss) | DEEDS["handover"]
    answers = [boss.post(f"{FIRM}/handover", sent) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/district/?done=handover"] * 2
    assert place(app, mine) == ELSEWHERE
    assert boss.get(FIRM + "/").status_code == 404
    assert logged_in(app, there).get(FIRM + "/").status_code == 200
    [notice] = all_of(app, Notice)
    assert (notice.account_id, notice.address, notice.kind) == (there, FIRM + "/", "firm_handed_over")
    assert logged(app, "firm_handover") == 1


def test_handing_over_needs_the_tick(app: Flask, mine: int, boss: Visitor) -> None:
    fields = {**DEEDS["handover"], "sure": ""}
    del fields["sure"]
    assert do(boss, f"{FIRM}/handover", **fields).status_code == 422
    assert "请先勾选确认" in boss.page
    assert place(app, mine) == HERE


def test_districts_are_listed_without_scripts(app: Flask, mine: int, boss: Visitor) -> None:
    assert do(boss, f"{FIRM}/handover", province="110000", step="province").status_code == 200
    assert "朝阳区" in boss.page and "处需要修改" not in boss.page
    assert place(app, mine) == HERE


def test_closed_firm_cannot_be_filled_in_until_it_is_reopened(app: Flask) -> None:
    file, who = open_file(app), officer(app)
    address = f"/district/firm/{file.public_id}"
    assert do(who, f"{address}/close", reason="停产").status_code == 302
    assert file.holder.get(f"{file.draft}/page/design").status_code == 404
    assert file.post(f"{file.filling}/page/design", {"go": "next", "own_design": "true"}).status_code == 404
    assert file.post(f"{file.filling}/review", {"pledge": "yes"}).status_code == 404
    assert file.holder.get(file.address + "/").status_code == 200
    assert do(who, f"{address}/reopen", reason="复产").status_code == 302
    assert file.holder.get(f"{file.draft}/page/design").status_code == 200
    assert [what for what, *_ in changes(app, file.enterprise().id)] == ["close", "reopen"]


def test_closing_needs_a_reason(app: Flask, mine: int, boss: Visitor) -> None:
    assert do(boss, f"{FIRM}/close", reason="  ").status_code == 422
    assert do(boss, f"{FIRM}/close", reason="长" * 251).status_code == 422
    assert firm(app, mine).status == "open"


def test_verified_file_is_the_firm_of_its_code(app: Flask) -> None:
    file, who = open_file(app), officer(app)
    assert do(who, f"/district/firm/{file.public_id}/verify").status_code == 302
    assert file.enterprise().verified
    assert logged(app, "firm_verify") == 1


def test_verifying_beside_a_verified_one_here_leads_to_joining_them(app: Flask, mine: int, boss: Visitor) -> None:
    file = open_file(app)
    answer = do(boss, f"/district/firm/{file.public_id}/verify")
    assert answer.location == f"/district/firm/{file.public_id}/merge?other={PID}"
    assert not file.enterprise().verified


def test_verifying_beside_a_verified_one_elsewhere_says_only_that(app: Flask) -> None:
    verified_firm(app, ELSEWHERE, name="外区的名字", public_id=PID)
    file, who = open_file(app), officer(app)
    answer = do(who, f"/district/firm/{file.public_id}/verify")
    assert answer.status_code == 409
    assert "已在其他地区核实登记" in who.page
    assert "外区的名字" not in who.page and PID not in who.page and "朝阳" not in who.page
    assert not file.enterprise().verified


def test_of_two_files_of_one_code_verified_at_once_one_is(app: Flask) -> None:
    files, both = [open_file(app), open_file(app)], [officer(app), officer(app, "colleague")]
    pages = [f"/district/firm/{file.public_id}/verify" for file in files]
    sent = []
    for who, page in zip(both, pages, strict=True):
        who.get(page)
        sent.append(hidden(who))
    at_once(*(lambda n=n: both[n].post(pages[n], sent[n]).status_code for n in range(2)))
    assert sorted(one.verified for one in all_of(app, Enterprise)) == [False, True]


def test_activation_code_is_shown_once_with_where_to_type_it(app: Flask, mine: int, boss: Visitor) -> None:
    boss.get(FIRM + "/")
    assert boss.post(f"{FIRM}/code").status_code == 200
    assert "/activate" in boss.page and "激活码" in boss.page and "只显示一次" in boss.page
    [ticket] = all_of(app, Ticket)
    assert (ticket.purpose, ticket.enterprise_id) == ("activate", mine)
    assert ticket.sha256 not in boss.page
    assert logged(app, "firm_activate") == 1


def test_a_new_activation_code_voids_the_one_before(app: Flask, mine: int, boss: Visitor) -> None:
    for _ in range(2):
        boss.get(FIRM + "/")
        boss.post(f"{FIRM}/code")
    old, new = all_of(app, Ticket)
    assert old.expires_at <= wording.now() < new.expires_at


def test_invitation_is_for_a_person_of_this_firm(app: Flask, mine: int, boss: Visitor) -> None:
    boss.get(FIRM + "/")
    assert boss.post(f"{FIRM}/invite").status_code == 200
    assert "/join#" in boss.page
    [ticket] = all_of(app, Ticket)
    assert (ticket.purpose, ticket.role, ticket.enterprise_id) == ("invite", "enterprise", mine)


@pytest.mark.parametrize("state", [{"verified": False}, {"status": "closed"}])
def test_no_codes_for_unverified_or_closed_firms(app: Flask, state: dict[str, Any]) -> None:
    verified_firm(app, public_id=PID, **state)
    who = officer(app)
    who.get(FIRM + "/")
    assert f"{FIRM}/code" not in who.page
    for deed in ("code", "invite"):
        assert push(who, f"{FIRM}/{deed}") == 404
    assert all_of(app, Ticket) == []
