"""The officer's pages of 数据体检: by rule, one flag after the other, settled with a note."""

import re

import pytest
from flask import Flask

from diagnose import wording
from diagnose.cli_checkup import run_checkup
from diagnose.db import writing
from diagnose.models import Flag
from diagnose.services import flags
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.register_desk import do, firm, logged, officer, push
from tests.diagnose.test_checkup import stated
from tests.diagnose.town import town
from tests.people import ELSEWHERE, verified_firm

WRONG = {"equipment_networked": 80}
HOME = "/district/checkup/"


@pytest.fixture
def flagged(app: Flask) -> int:
    """A firm with one open flag."""
    id_ = verified_firm(app)
    stated(app, id_, WRONG)
    return id_


def test_the_button_looks_at_the_own_firms_and_shows_what_it_found(app: Flask, flagged: int) -> None:
    who = officer(app)
    who.get(HOME)
    assert who.post(f"{HOME}run").status_code == 302
    who.get(HOME)
    assert "检查了 1 家，新增疑点 1 条" in who.page
    assert logged(app, "checkup") == 1
    who.get(f"{HOME}?rule=networked_over_digital")
    for text in ("甲精密部件有限公司", "80 台", "怎么处理", "看答案"):
        assert text in who.page


def run(app: Flask) -> Visitor:
    """An officer who has pressed the button."""
    who = officer(app)
    who.get(HOME)
    who.post(f"{HOME}run")
    return who


def settle_address(app: Flask) -> str:
    return f"{HOME}settle/{all_of(app, Flag)[0].id}"


def test_a_flag_is_settled_with_a_note_that_stays(app: Flask, flagged: int) -> None:
    who = run(app)
    assert do(who, settle_address(app), note="  ").status_code == 422
    assert "请写一句怎么处理的" in who.page
    assert do(who, settle_address(app), note="长" * 1001).status_code == 422
    assert do(who, settle_address(app), note="属实，\n有清单").status_code == 302
    assert do(who, settle_address(app), note="再来一次").status_code == 302
    (flag,) = all_of(app, Flag)
    assert flag.note == "属实， 有清单"
    assert logged(app, "flag_settled") == 1
    who.get(f"{HOME}?rule=networked_over_digital")
    assert "没有待处理的疑点" in who.page
    who.get(f"{HOME}?rule=networked_over_digital&state=settled")
    assert "属实， 有清单" in who.page
    who.post(f"{HOME}run")
    assert [row.gone_at for row in all_of(app, Flag)] == [None]


def test_the_firms_page_shows_its_open_flags(app: Flask, flagged: int) -> None:
    who = run(app)
    public_id = firm(app, flagged).public_id
    who.get(f"/district/firm/{public_id}/")
    assert "联网设备多于数字化设备" in who.page
    who.get(f"{HOME}?firm={public_id}")
    assert settle_address(app) in who.page


def test_another_district_sees_and_settles_nothing_of_it(app: Flask, flagged: int) -> None:
    run(app)
    stranger = officer(app, "elsewhere", ELSEWHERE)
    for address in (HOME, f"{HOME}?rule=networked_over_digital"):
        stranger.get(address)
        assert "甲精密部件" not in stranger.page
        assert "?rule=networked_over_digital" not in stranger.page
    assert stranger.get(f"{HOME}?firm={firm(app, flagged).public_id}").status_code == 404
    assert stranger.get(settle_address(app)).status_code == 404
    assert push(stranger, settle_address(app), note="不是我的") == 404
    assert all_of(app, Flag)[0].settled_at is None


@pytest.mark.parametrize(
    "query", ["?rule=nothing", "?state=x", "?before=abc", "?before=99999999999999999999", "?firm=x"]
)
def test_a_strange_address_is_no_crash(small_app: Flask, query: str) -> None:
    assert officer(small_app).get(f"{HOME}{query}").status_code in (200, 404)


def test_many_flags_come_a_page_at_a_time(small_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flags, "PAGE", 2)
    id_ = verified_firm(small_app)
    with writing(engine(small_app)) as session:
        for number in range(5):
            detail = {"more": f"号{number}"}
            session.add(
                Flag(
                    enterprise_id=id_,
                    code="cnc_over_total",
                    detail=detail,
                    fingerprint=str(number),
                    found_at=wording.now(),
                )
            )
    who, address, seen = officer(small_app), f"{HOME}?rule=cnc_over_total", []
    while address:
        who.get(address)
        seen += re.findall(r"号\d", who.page)
        older = re.search(r'href="([^"]+before=[^"]+)"', who.page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert seen == ["号4", "号3", "号2", "号1", "号0"]


def test_the_command_looks_at_all_firms(app: Flask, flagged: int) -> None:
    answer = app.test_cli_runner().invoke(run_checkup)
    assert "检查了 1 家，新增疑点 1 条" in answer.output


def test_the_advisor_of_a_visit_sees_the_open_flags_and_the_firm_does_not(small_app: Flask) -> None:
    place = town(small_app)
    enterprise = place.story.file.enterprise()
    with writing(engine(small_app)) as session:
        detail = {"more": "41", "than": "40"}
        now = wording.now()
        session.add(
            Flag(enterprise_id=enterprise.id, code="cnc_over_total", detail=detail, fingerprint="1", found_at=now)
        )
    for who, shown in (("advisor", True), ("member", False)):
        browser = place.browser(who)
        assert browser.get(f"/visits/{place.story.visit}/").status_code == 200
        assert ("数控化工序多于关键工序总数" in browser.page) == shown
