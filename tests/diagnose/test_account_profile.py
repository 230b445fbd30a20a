"""我的账号: name, e-mail and password; which passwords are taken."""

import pytest
from flask import Flask

from diagnose.limits import LIMITS
from diagnose.services.accounts import password_problem
from tests.conftest import Visitor
from tests.diagnose.codes import deeds, is_in, log_in, person
from tests.people import HERE, PASSWORD, account, join, logged_in, verified_firm

BETTER = "秋天的扬州也不错-2026"


def change(visitor: Visitor, old: str = PASSWORD, new: str = BETTER, again: str | None = None) -> int:
    visitor.get("/me")
    form = {"old": old, "password": new, "again": new if again is None else again}
    return visitor.post("/me/password", form).status_code


def test_changed_password_ends_all_other_sessions_and_keeps_this_one(app: Flask) -> None:
    who = account(app, "officer", "王科", HERE)
    here, there = logged_in(app, who), logged_in(app, who)
    assert change(here) == 302
    assert is_in(here) and not is_in(there)
    assert log_in(there, "王科", PASSWORD).status_code == 422
    assert log_in(there, "王科", BETTER).status_code == 302
    assert deeds(app)[0] == "password_changed"


def test_wrong_present_password_or_two_different_new_ones_change_nothing(app: Flask) -> None:
    who = account(app, "officer", "王科", HERE)
    visitor, before = logged_in(app, who), person(app, who).password_hash
    assert change(visitor, old="wrong") == 422 and "现在的密码不对" in visitor.page
    assert change(visitor, again="不一样") == 422 and "两次输入的密码不一样" in visitor.page
    assert person(app, who).password_hash == before and person(app, who).epoch == 0


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("九个字符不够长啊喂", "password_short"),
        ("", "password_short"),
        ("长" * 201, "password_long"),
        ("li@example.com", "password_login"),
        ("ＬＩ@Example.com", "password_login"),
        ("Password123", "password_common"),
        ("１２３４５６７８９０", "password_common"),
        ("啊" * 12, "password_common"),
        (PASSWORD, None),
        ("correct horse battery", None),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, problem: str | None) -> None:
    assert password_problem(password, "li@example.com") == problem


def test_phone_number_as_password_of_its_own_account_is_refused() -> None:
    assert password_problem("+86 138-0000-1111", "13800001111") == "password_login"


def test_list_of_common_passwords_is_of_use() -> None:
    common = LIMITS["common_passwords"]
    assert len(common) == len(set(common)) >= 40
    assert all(isinstance(one, str) and one == one.casefold() for one in common)
    assert all(len(one) >= LIMITS["password_least"] for one in common), "shorter ones are refused anyway"


def test_refused_password_is_not_sent_back_to_the_page(small_app: Flask) -> None:
    visitor = logged_in(small_app, account(small_app, "officer", "王科", HERE))
    assert change(visitor, new="太短了", again="太短了") == 422
    assert "密码至少 10 个字符" in visitor.page and "太短了" not in visitor.page and PASSWORD not in visitor.page


def test_name_and_email_are_saved(app: Flask) -> None:
    who = account(app, "officer", "王科", HERE)
    visitor = logged_in(app, who)
    visitor.get("/me")
    assert visitor.post("/me", {"person": " 王科长 ", "email": "wang@example.com"}).status_code == 302
    assert (person(app, who).name, person(app, who).email) == ("王科长", "wang@example.com")
    visitor.get("/me")
    visitor.post("/me", {"person": "王科长", "email": ""})
    assert person(app, who).email is None
    assert deeds(app) == ["profile_changed"] * 2


@pytest.mark.parametrize(
    "typed",
    [
        {"person": ""},
        {"person": "x" * 61},
        {"person": "a\nb"},
        {"person": "王", "email": "nobody"},
        {"person": "王", "email": "a@b.example\r\nBcc: all@c.example"},
        {"person": "王", "email": "甲@企业.example"},
        {"person": "王", "email": "a@" + "b" * 200 + ".example"},
    ],
)
def test_bad_name_or_email_is_refused(small_app: Flask, typed: dict[str, str]) -> None:
    who = account(small_app, "officer", "王科", HERE)
    visitor = logged_in(small_app, who)
    visitor.get("/me")
    assert visitor.post("/me", typed).status_code == 422
    assert (person(small_app, who).name, person(small_app, who).email) == ("王科", None)


def test_page_lists_the_firms_somebody_acts_for(small_app: Flask) -> None:
    who = account(small_app, "enterprise", "某人")
    join(small_app, who, verified_firm(small_app, name="甲公司"))
    verified_firm(small_app, name="乙公司", credit_code="91320000MA1MTXYR2B")
    page = logged_in(small_app, who).get("/me").text
    assert "甲公司" in page and "乙公司" not in page
