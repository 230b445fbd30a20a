"""企业列表: what an officer sees of the own subtree, how it is searched and filtered, page by page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Assessment, Division, Enterprise, EnterpriseDivision
from tests.conftest import Visitor
from tests.diagnose.cast import engine, open_file
from tests.people import ELSEWHERE, HERE, account, assign, logged_in, verified_firm

CITY = "321000"
CODES = ("91321003MA1WX9TL3C", "91110105MA1WX9TL3G", "91110000600037341L")


@pytest.fixture
def officer(app: Flask) -> Visitor:
    return logged_in(app, account(app, "officer", "boss", HERE))


def names(page: str) -> list[str]:
    """The firms of the list, in its order."""
    return re.findall(r'<th scope="row" data-label="企业"><a href="[^"]+">([^<]+)</a>', page)


def listed(who: Visitor, **filters: str) -> list[str]:
    answer = who.get("/district/", query_string=filters)
    assert answer.status_code == 200
    return names(who.page)


def firms(app: Flask, *titles: str, **common: Any) -> None:
    """Unverified firms of HERE with these names."""
    for number, name in enumerate(titles):
        verified_firm(app, name=name, verified=False, public_id=f"{number:016x}", **common)


def test_only_firms_of_the_own_subtree_are_listed(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="本区甲", credit_code=CODES[0])
    verified_firm(app, ELSEWHERE, name="外区乙", credit_code=CODES[1])
    assert listed(officer) == ["本区甲"]
    city = logged_in(app, account(app, "officer", "city", CITY))
    assert listed(city) == ["本区甲"]
    other = logged_in(app, account(app, "officer", "other", ELSEWHERE))
    assert listed(other) == ["外区乙"]


def test_a_firm_that_moved_away_is_not_listed(app: Flask, officer: Visitor) -> None:
    id_ = verified_firm(app)
    with writing(engine(app)) as session:
        there = session.scalar(select(Division.id).where(Division.code == ELSEWHERE))
        session.execute(update(EnterpriseDivision).values(valid_to=wording.today()))
        session.execute(
            insert(EnterpriseDivision), {"enterprise_id": id_, "division_id": there, "valid_from": wording.today()}
        )
    assert listed(officer) == []


@pytest.mark.parametrize("text", ["100%", "a_b", "c\\d", "e/f", "%", "_", "\\"])
def test_signs_of_the_search_language_are_just_letters(app: Flask, officer: Visitor, text: str) -> None:
    every = ("甲100%棉", "甲a_b厂", "甲c\\d厂", "甲e/f厂", "甲1000棉axb厂cd")
    firms(app, *every)
    assert sorted(listed(officer, text=text)) == sorted(name for name in every if text in name)


def test_search_by_name_part_ignores_case(app: Flask, officer: Visitor) -> None:
    firms(app, "扬州ABC电子", "扬州精工")
    assert listed(officer, text="abc") == ["扬州ABC电子"]
    assert listed(officer, text="精工") == ["扬州精工"]
    assert listed(officer, text="扬州") == ["扬州精工", "扬州ABC电子"]


@pytest.mark.parametrize("text", ["9132", "91321003ma1w", "9132 1003-MA1WX9TL3C", "９１３２１００３", CODES[0]])
def test_search_by_the_beginning_of_a_code(app: Flask, officer: Visitor, text: str) -> None:
    verified_firm(app, name="甲", credit_code=CODES[0])
    verified_firm(app, name="乙", credit_code=CODES[2])
    assert listed(officer, text=text) == ["甲"]


def test_a_middle_part_of_a_code_finds_nothing(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="甲", credit_code=CODES[0])
    assert listed(officer, text="MA1WX9TL3C") == []


def test_filter_by_division_of_the_own_subtree(app: Flask) -> None:
    city = logged_in(app, account(app, "officer", "city", CITY))
    verified_firm(app, HERE, name="邗江", credit_code=CODES[0])
    verified_firm(app, "321002", name="广陵", credit_code=CODES[2])
    with writing(engine(app)) as session:
        ids = dict(session.execute(select(Division.code, Division.id)).all())
    assert listed(city, division=str(ids[HERE])) == ["邗江"]
    assert listed(city, division=str(ids[CITY])) == ["广陵", "邗江"]
    assert city.get(f"/district/?division={ids[ELSEWHERE]}").status_code == 404
    assert city.get(f"/district/?division={ids['320000']}").status_code == 404
    assert city.get("/district/?division=99999999999999").status_code == 404


def test_filter_by_status_and_verified(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="甲", credit_code=CODES[0])
    verified_firm(app, name="乙", credit_code=CODES[1], status="closed")
    verified_firm(app, name="丙", credit_code=CODES[2], verified=False)
    assert listed(officer, status="closed") == ["乙"]
    assert listed(officer, status="open") == ["丙", "甲"]
    assert listed(officer, verified="no") == ["丙"]
    assert listed(officer, verified="yes", status="open") == ["甲"]


def test_filter_by_state_of_the_self_assessment(app: Flask, officer: Visitor) -> None:
    open_file(app, name="填报中")
    open_file(app, name="已提交").submitted()
    returned = open_file(app, name="已退回").submitted()
    verified_firm(app, name="未开始")
    with writing(engine(app)) as session:
        session.execute(update(Assessment).where(Assessment.id == returned.draft_id).values(returned_at=wording.now()))
    for state, name in (("waiting", "未开始"), ("filling", "填报中"), ("submitted", "已提交"), ("returned", "已退回")):
        assert listed(officer, self_state=state) == [name]
    returned.next_draft("correct").submitted()
    assert listed(officer, self_state="returned") == []
    assert sorted(listed(officer, self_state="submitted")) == ["已提交", "已退回"]


def test_filter_by_newest_level(app: Flask, officer: Visitor) -> None:
    open_file(app, name="有结论").submitted()
    verified_firm(app, name="没结论")
    assert listed(officer, level="none") == ["没结论"]
    found = [level for level in range(5) if listed(officer, level=str(level)) == ["有结论"]]
    assert len(found) == 1


def test_row_shows_people_contact_level_and_state(app: Flask, officer: Visitor) -> None:
    file = open_file(app).submitted()
    id_ = file.enterprise().id
    with writing(engine(app)) as session:
        firm = session.get_one(Enterprise, id_)
        firm.contact_name, firm.contact_phone = "王厂长", "0514-8000"
    assign(app, account(app, "advisor", "顾问张"), id_)
    assign(app, account(app, "advisor", "专员李"), id_, "specialist")
    assert listed(officer) == ["甲精密部件有限公司"]
    for text in ("王厂长", "0514-8000", "顾问张", "专员李", "2026年3月1日", "未核实", "邗江区"):
        assert text in officer.page


def many(app: Flask, count: int) -> None:
    with writing(engine(app)) as session:
        place = session.scalar(select(Division.id).where(Division.code == HERE))
        common = {"industry": "33", "process_type": "discrete", "profile": {}, "verified": False, "synthetic": False}
        rows = [
            {"public_id": f"{n:016x}", "credit_code": CODES[0], "name": f"企业{n:03}", "created_at": wording.now()}
            for n in range(count)
        ]
        session.execute(insert(Enterprise), [row | common for row in rows])
        ids = session.scalars(select(Enterprise.id)).all()
        there = {"division_id": place, "valid_from": wording.today() - timedelta(days=9)}
        session.execute(insert(EnterpriseDivision), [{"enterprise_id": id_, **there} for id_ in ids])


def follow(who: Visitor, rel: str) -> list[str] | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', who.page)
    if found is None:
        return None
    who.get(found[1].replace("&amp;", "&"))
    return names(who.page)


def test_pages_run_through_all_firms_both_ways_and_keep_the_filters(app: Flask, officer: Visitor) -> None:
    many(app, 120)
    pages = [listed(officer, text="企业", verified="no")]
    while more := follow(officer, "next"):
        assert "text=%E4%BC%81%E4%B8%9A" in officer.page and "verified=no" in officer.page
        pages.append(more)
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [name for page in pages for name in page] == [f"企业{n:03}" for n in reversed(range(120))]
    assert follow(officer, "prev") == pages[1]
    assert follow(officer, "prev") == pages[0]
    assert follow(officer, "prev") is None


def test_page_of_fifty_firms_takes_no_more_queries_than_one_firm(app: Flask, officer: Visitor) -> None:
    verified_firm(app)
    asked: list[str] = []
    event.listen(engine(app), "before_cursor_execute", lambda *args: asked.append(args[2]))
    officer.get("/district/")
    few = len(asked)
    many(app, 50)
    asked.clear()
    officer.get("/district/")
    assert len(asked) == few


def test_empty_lists_say_what_to_do(app: Flask, officer: Visitor) -> None:
    officer.get("/district/")
    assert "本区还没有企业" in officer.page
    officer.get("/district/?text=没有")
    assert "没有符合这些条件的企业" in officer.page


def test_nonsense_in_the_address_is_no_filter(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="甲")
    assert listed(officer, status="x", level="99", self_state="?", older="abc", newer="-1") == ["甲"]
    assert listed(officer, older="99999999999999999999") == ["甲"]


@pytest.mark.parametrize("role", ["enterprise", "advisor", "admin"])
def test_other_roles_have_no_such_page(app: Flask, role: str) -> None:
    assert logged_in(app, account(app, role, role)).get("/district/").status_code == 404


def test_who_is_not_logged_in_is_asked_to(app: Flask, visitor: Visitor) -> None:
    answer = visitor.get("/district/?text=x")
    assert answer.status_code == 302 and "/login" in answer.location
