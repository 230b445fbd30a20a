"""人员: whom an officer sees, invites, gives a new password, closes and opens again; nobody out of reach."""

import pytest
from flask import Flask

from diagnose import wording
from diagnose.models import Account, Ticket
from tests.diagnose.cast import all_of
from tests.diagnose.codes import ticket
from tests.diagnose.register_desk import OTHER_CODE, division, logged, officer, push
from tests.people import ELSEWHERE, HERE, account, assign, join, logged_in, verified_firm

PEOPLE = "/district/people/"


def row(app: Flask, id_: int) -> Account:
    return next(one for one in all_of(app, Account) if one.id == id_)


def test_own_advisors_and_people_of_own_firms_are_listed(app: Flask) -> None:
    account(app, "advisor", "本区顾问", HERE)
    account(app, "advisor", "外区顾问", ELSEWHERE)
    join(app, account(app, "enterprise", "本区企业人"), verified_firm(app, name="甲厂"))
    join(app, account(app, "enterprise", "外区企业人"), verified_firm(app, ELSEWHERE, credit_code=OTHER_CODE))
    account(app, "officer", "同事", HERE)
    account(app, "admin", "管理")
    who = officer(app)
    who.get(PEOPLE)
    assert all(text in who.page for text in ("本区顾问", "本区企业人", "甲厂"))
    assert not any(text in who.page for text in ("外区顾问", "外区企业人", "同事", "管理</th>"))
    who.get(PEOPLE + "?role=advisor")
    assert "本区顾问" in who.page and "本区企业人" not in who.page
    who.get(PEOPLE + "?text=%25")
    assert "没有找到这样的人" in who.page


def test_invited_advisor_belongs_to_the_chosen_division(app: Flask) -> None:
    who = officer(app)
    assert push(who, PEOPLE + "invite", division=division(app)) == 200
    assert "/join#" in who.page
    [ticket] = all_of(app, Ticket)
    assert (ticket.purpose, ticket.role, str(ticket.division_id)) == ("invite", "advisor", division(app))
    assert logged(app, "people_invite") == 1


def test_no_invitation_into_another_district(app: Flask) -> None:
    who = officer(app)
    for code in (ELSEWHERE, "321000"):
        assert push(who, PEOPLE + "invite", division=division(app, code)) == 404
    assert push(who, PEOPLE + "invite", role="officer") == 404
    assert all_of(app, Ticket) == []


def test_new_password_link_voids_the_one_before(app: Flask) -> None:
    advisor, who = account(app, "advisor", "a", HERE), officer(app)
    for _ in range(2):
        assert push(who, f"{PEOPLE}{advisor}/reset") == 200
    old, new = all_of(app, Ticket)
    assert (new.purpose, new.account_id) == ("reset", advisor)
    assert old.expires_at <= wording.now() < new.expires_at
    assert logged(app, "people_reset") == 2


def test_closed_account_is_logged_out_everywhere_and_can_be_reopened(app: Flask) -> None:
    advisor, who = account(app, "advisor", "a", HERE), officer(app)
    visitor = logged_in(app, advisor)
    assert visitor.get("/visits/").status_code == 200
    assert [push(who, f"{PEOPLE}{advisor}/close") for _ in range(2)] == [302, 302]
    assert (row(app, advisor).active, row(app, advisor).epoch) == (False, 1)
    assert visitor.get("/visits/").status_code == 302
    assert push(who, f"{PEOPLE}{advisor}/reset") == 404
    assert [push(who, f"{PEOPLE}{advisor}/reopen") for _ in range(2)] == [302, 302]
    assert (row(app, advisor).active, row(app, advisor).epoch) == (True, 1)
    assert logged(app, "people_close") == logged(app, "people_reopen") == 1


def test_closing_voids_the_links_made_for_the_account(app: Flask) -> None:
    advisor, who = account(app, "advisor", "a", HERE), officer(app)
    push(who, f"{PEOPLE}{advisor}/reset")
    push(who, f"{PEOPLE}{advisor}/close")
    assert all_of(app, Ticket)[0].expires_at <= wording.now()


@pytest.mark.parametrize("deed", ["reset", "close", "reopen"])
def test_people_out_of_reach_do_not_exist(app: Flask, deed: str) -> None:
    far = verified_firm(app, ELSEWHERE)
    person = account(app, "enterprise", "firm")
    join(app, person, far)
    others = [person, account(app, "enterprise", "nobody"), account(app, "advisor", "far", ELSEWHERE)]
    others += [account(app, "officer", "colleague", HERE), account(app, "admin", "ad"), 99999]
    who = officer(app)
    for id_ in others:
        assert push(who, f"{PEOPLE}{id_}/{deed}") == 404
    assert all(one.active and not one.epoch for one in all_of(app, Account))
    assert all_of(app, Ticket) == []


@pytest.mark.parametrize("deed", ["reset", "close"])
def test_who_acts_for_a_firm_outside_too_is_left_to_the_admin(app: Flask, deed: str) -> None:
    person = account(app, "enterprise", "both")
    join(app, person, verified_firm(app))
    join(app, person, verified_firm(app, ELSEWHERE, credit_code=OTHER_CODE, name="外区的名字"))
    who = officer(app)
    assert push(who, f"{PEOPLE}{person}/{deed}") == 409
    assert "管理员" in who.page and "外区的名字" not in who.page
    assert row(app, person).active and all_of(app, Ticket) == []
    who.get(PEOPLE)
    assert "外区的名字" not in who.page


@pytest.mark.parametrize("deed", ["reset", "close"])
def test_advisor_who_has_a_firm_outside_too_is_left_to_the_admin(app: Flask, deed: str) -> None:
    advisor = account(app, "advisor", "a", HERE)
    assign(app, advisor, verified_firm(app))
    assign(app, advisor, verified_firm(app, ELSEWHERE, credit_code=OTHER_CODE))
    who = officer(app)
    assert push(who, f"{PEOPLE}{advisor}/{deed}") == 409
    assert row(app, advisor).active and all_of(app, Ticket) == []


def test_closing_voids_the_links_made_by_the_account_but_not_the_slips_it_handed_out(app: Flask) -> None:
    advisor, firm = account(app, "advisor", "a", HERE), verified_firm(app)
    for purpose in ("invite", "reset", "activate"):
        ticket(app, purpose, by=advisor, enterprise_id=firm)
    push(officer(app), f"{PEOPLE}{advisor}/close")
    assert [one.expires_at <= wording.now() for one in all_of(app, Ticket)] == [True, True, False]


@pytest.mark.parametrize("role", ["enterprise", "advisor", "admin"])
def test_other_roles_have_no_such_page(app: Flask, role: str) -> None:
    who = logged_in(app, account(app, role, role))
    assert who.get(PEOPLE).status_code == 404
    who.get("/new")
    assert who.post(PEOPLE + "invite", {"division": division(app)}).status_code == 404


def test_more_people_than_a_page_holds_are_on_the_next(app: Flask) -> None:
    for number in range(51):
        account(app, "advisor", f"顾问{number:02}", HERE)
    who = officer(app)
    who.get(PEOPLE)
    assert "顾问50" in who.page and "顾问00" not in who.page
    oldest = min(one.id for one in all_of(app, Account) if one.role == "advisor")
    who.get(f"{PEOPLE}?older={oldest + 1}")
    assert "顾问00" in who.page and "下一页" not in who.page
