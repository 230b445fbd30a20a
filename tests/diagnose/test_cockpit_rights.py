"""驾驶舱: officers see their own subtree and nothing else; whatever stands in the address, the page answers."""

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose.db import reading
from diagnose.models import Division
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.diagnose.cockpit_town import CITY, HANJIANG, TOWN, build
from tests.people import ELSEWHERE, account, logged_in

NONSENSE = ("x", "-1", "99999999999999999999", "１", "1;--", "\0", "0x10", " ", "1e5")
PAGES = ("/cockpit/", "/cockpit/tables.xlsx")


@pytest.fixture
def officer(small_app: Flask) -> Visitor:
    build(small_app, TOWN)
    return logged_in(small_app, account(small_app, "officer", "区里的", HANJIANG))


def id_of(app: Flask, code: str) -> int:
    with reading(engine(app)) as session:
        return session.scalars(select(Division.id).where(Division.code == code)).one()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("code", [ELSEWHERE, CITY])
def test_another_division_does_not_exist_here(small_app: Flask, officer: Visitor, page: str, code: str) -> None:
    assert officer.get(page, query_string={"division": id_of(small_app, code)}).status_code == 404
    assert officer.get(page, query_string={"division": id_of(small_app, HANJIANG)}).status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["admin", "advisor", "enterprise"])
def test_other_roles_have_no_such_page(small_app: Flask, role: str, page: str) -> None:
    assert logged_in(small_app, account(small_app, role, role)).get(page).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_logged_in_is_asked_to(small_app: Flask, page: str) -> None:
    answer = Visitor(small_app).get(page)
    assert answer.status_code == 302 and "/login" in answer.location


@pytest.mark.parametrize("page", PAGES)
def test_an_officer_without_a_division_has_no_such_page(small_app: Flask, page: str) -> None:
    assert logged_in(small_app, account(small_app, "officer", "无处")).get(page).status_code == 404


@pytest.mark.parametrize(
    "name", ["ruler", "basis", "day", "on", "by", "how", "industry", "size", "chain", "locality", "mark"]
)
def test_nonsense_in_the_address_never_breaks_the_page(officer: Visitor, name: str) -> None:
    for value in NONSENSE:
        for page in PAGES:
            assert officer.get(page, query_string={name: value}).status_code == 200, (name, value)


def test_a_division_that_is_no_number_does_not_exist(officer: Visitor) -> None:
    for value in NONSENSE:
        assert officer.get("/cockpit/", query_string={"division": value}).status_code == 404, value


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-02-30", "这不是一个日期"),
        ("2999-01-01", "这一天还没有到"),
        ("0001-01-01", "最早可以看"),
        ("昨天", "这不是一个日期"),
    ],
)
def test_a_day_that_cannot_be_is_said_beside_the_field(officer: Visitor, day: str, says: str) -> None:
    assert officer.get("/cockpit/", query_string={"on": day}).status_code == 200
    assert says in officer.page and f'value="{day}"' in officer.page


def test_the_choices_stand_in_the_address_and_are_kept(officer: Visitor) -> None:
    officer.get("/cockpit/", query_string={"basis": "best", "by": "size", "size": "2"})
    assert '<option value="best" selected>' in officer.page
    assert '<option value="size" selected>' in officer.page
    assert '<option value="2" selected>中型</option>' not in officer.page  # 2 is the place of 小型
    assert '<option value="2" selected>小型</option>' in officer.page
