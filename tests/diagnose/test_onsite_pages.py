"""The onsite form in a browser without scripts and for a script: saving, conflicts, a visit that takes no answers."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event

from diagnose.models import AuditEntry, Finding
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, engine
from tests.diagnose.official import GBT, block, both_submitted, opened, ratings
from tests.diagnose.onsite_stage import Stage, stage
from tests.firms import NO_DESIGN
from tests.people import HERE, account, join, logged_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def visit(small_file: File) -> Stage:
    return stage(small_file.submitted())


def form(visit: Stage, visitor: Visitor) -> str:
    answer = visitor.get(f"/visits/{visit.visit}/form")
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def test_page_shows_own_values_beside_the_fields(visit: Stage) -> None:
    page = form(visit, visit.browser())
    part = block(page, "cnc_rate")
    assert "55.0%（22 / 40 道）" in part and "2026年3月1日" in part
    assert 'name="key_processes_cnc"' in part and 'name="key_processes_total"' in part
    assert 'name="version" value="0"' in part and 'name="change"' in part and "data-upload" in part
    assert page.count("data-answer") == page.count("data-upload") == 24
    assert f'data-onsite data-visit="{visit.visit}" data-account="{visit.advisor}"' in page
    assert "已核 <b data-done>0</b> / 24 题" in page


def test_shared_total_is_asked_once_and_shown_again(visit: Stage) -> None:
    page = form(visit, visit.browser())
    assert page.count('name="equipment_total"') == 1
    assert 'href="#equipment_total"' in block(page, "equipment_networked_rate")


def test_answer_without_scripts_leads_back_to_its_question(visit: Stage) -> None:
    browser = visit.browser()
    answer = visit.post(browser, "five_g", {"five_g": "C", "choice": "verified", "note": "看过"})
    assert (answer.status_code, answer.location) == (303, f"/visits/{visit.visit}/form#q-five_g")
    page = form(visit, browser)
    assert "已核实" in block(page, "five_g") and 'name="version" value="1"' in block(page, "five_g")
    assert page.index('id="q-five_g"') > page.index('id="q-needs"') and "看过" in block(page, "five_g")
    entry = all_of(visit.app, AuditEntry)[-1]
    assert entry.action == "onsite_answer"
    assert entry.detail == {"visit": visit.visit, "question": "five_g", "choice": "verified", "version": 1}


def test_wrong_answer_is_shown_as_typed_with_the_reason(visit: Stage) -> None:
    browser = visit.browser()
    visit.post(browser, "cnc_rate", {"key_processes_cnc": "50", "key_processes_total": "40", "choice": "verified"})
    part = block(form(visit, browser), "cnc_rate")
    assert "多于" in part and 'value="50"' in part and "有误，待核" in part
    assert re.search(r'value="verified" checked', part)


def test_a_question_saved_with_a_note_alone_still_offers_the_verified_value(visit: Stage) -> None:
    browser = visit.browser()
    blank = {"key_processes_cnc": "", "key_processes_total": "", "choice": "verified", "note": "下午再看"}
    visit.post(browser, "cnc_rate", blank)
    assert re.search(r'value="verified" checked', block(form(visit, browser), "cnc_rate"))


def test_double_click_stores_once(visit: Stage) -> None:
    browser = visit.browser()
    for _ in range(2):
        sent = {"five_g": "C", "choice": "verified", "version": "0"}
        assert visit.post(browser, "five_g", sent).status_code == 303
    assert visit.version("five_g") == 1
    assert [one.action for one in all_of(visit.app, AuditEntry)].count("onsite_answer") == 1


def test_conflict_page_shows_both_and_either_may_be_chosen(visit: Stage) -> None:
    browser = visit.browser()
    visit.post(browser, "five_g", {"five_g": "C", "choice": "verified", "note": "先到"})
    stale = visit.post(browser, "five_g", {"five_g": "A", "choice": "verified", "note": "后到", "version": "0"})
    assert stale.status_code == 409
    page = unescape(stale.get_data(as_text=True))
    assert "先到" in page and "后到" in page and "顾问甲" in page and visit.version("five_g") == 1
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.partition('id="h-mine"')[2]))
    assert fields.pop("csrf_token")
    assert fields == {"version": "1", "choice": "verified", "note": "后到", "five_g": "A"}
    assert browser.post(f"/visits/{visit.visit}/answer/five_g", fields).status_code == 303
    assert visit.draft().typed["five_g"] == ["A"]


def test_script_gets_states_progress_and_levels(visit: Stage) -> None:
    sent = {"own_design": "false", "choice": "verified", "change": "d" * 32}
    answer = visit.post(visit.browser(), "own_design", sent, headers=JSON)
    assert answer.status_code == 200
    said = answer.get_json()
    assert said["saved"] and said["version"] == 1 and said["settled"] is False and len(said["levels"]) == 2
    assert set(said["questions"]) == {"own_design", "design_tool_rate", "design_depth"}
    assert said["questions"]["design_depth"]["state"] == "na"
    assert said["progress"] == {"done": 3, "total": 24, "adopted": 0}


def test_script_is_told_of_conflicts_and_closed_visits(visit: Stage) -> None:
    browser = visit.browser()
    visit.post(browser, "five_g", {"five_g": "C", "choice": "verified"}, headers=JSON)
    stale = visit.post(browser, "five_g", {"five_g": "A", "choice": "", "version": "0"}, headers=JSON)
    assert stale.status_code == 409 and stale.get_json()["theirs"]["typed"] == {"five_g": ["C"]}
    token = browser.token()
    visit.move("written")
    closed = browser.client.post(
        f"/visits/{visit.visit}/answer/five_g",
        data={"csrf_token": token, "five_g": "A", "version": "1"},
        headers=JSON,
    )
    assert closed.status_code == 410 and closed.get_json()["closed"] is True


def test_closed_visit_shows_what_was_sent(visit: Stage) -> None:
    browser = visit.browser()
    form(visit, browser)
    visit.move("written")
    sent = {"five_g": "C", "choice": "verified", "version": "0", "note": "别丢"}
    answer = browser.post(f"/visits/{visit.visit}/answer/five_g", sent)
    assert answer.status_code == 410 and "别丢" in browser.page and "没有保存" in browser.page
    assert all_of(visit.app, Finding) == []


@pytest.mark.parametrize(
    "sent",
    [
        {"version": ""},
        {"version": "-1"},
        {"version": "1" * 30},
        {"choice": "best"},
        {"change": "short"},
        {"change": "G" * 32},
    ],
)
def test_tampered_form_is_refused(visit: Stage, sent: dict[str, str]) -> None:
    answer = visit.post(visit.browser(), "five_g", {"five_g": "C", "choice": "verified", **sent})
    assert answer.status_code == 400 and all_of(visit.app, Finding) == []


def test_note_that_is_too_long_is_refused_and_given_back(visit: Stage) -> None:
    answer = visit.post(visit.browser(), "five_g", {"five_g": "C", "note": "长" * 2001})
    assert answer.status_code == 422 and "备注太长" in answer.get_data(as_text=True)
    assert all_of(visit.app, Finding) == []


def test_unknown_question_is_no_page(visit: Stage) -> None:
    assert visit.post(visit.browser(), "network", {"network": "B"}).status_code == 404


def test_others_of_the_visit_only_look(app: Flask, file: File) -> None:
    visit = stage(file.submitted())
    visit.save("cnc_rate", "adopted", note="没有进车间")
    officer = logged_in(app, account(app, "officer", "区县甲", HERE))
    member = account(app, "enterprise", "员工甲")
    join(app, member, file.enterprise().id)
    for browser in (officer, logged_in(app, member)):
        page = form(visit, browser)
        assert "data-answer" not in page and "data-onsite" not in page and "data-upload" not in page
        assert "没有进车间" in block(page, "cnc_rate") and "沿用自评" in block(page, "cnc_rate")
        assert "还没有核实" in block(page, "five_g")
        browser.get("/me")
        sent = {"five_g": "C", "version": "0"}
        assert browser.post(f"/visits/{visit.visit}/answer/five_g", sent).status_code == 404


def test_strangers_find_no_form(visit: Stage) -> None:
    other = logged_in(visit.app, account(visit.app, "advisor", "顾问乙"))
    assert other.get(f"/visits/{visit.visit}/form").status_code == 404
    assert Visitor(visit.app).get(f"/visits/{visit.visit}/form").status_code == 302
    sent = Visitor(visit.app).get(f"/visits/{visit.visit}/form", headers=JSON)
    assert sent.status_code == 401 and sent.get_json() == {"signed_out": True}


@pytest.mark.parametrize("state", ["appointed", "written", "confirmed", "final"])
def test_form_is_read_only_in_other_states(visit: Stage, state: str) -> None:
    visit.save("five_g", facts={"five_g": "C"})
    visit.move(state)
    page = form(visit, visit.browser())
    assert "data-answer" not in page and "已核实" in block(page, "five_g")


def test_question_that_does_not_apply_is_closed(small_file: File) -> None:
    visit = stage(small_file.submitted(NO_DESIGN))
    assert "先核实：自评说不适用的" in form(visit, visit.browser())
    visit.save("own_design", "same")
    part = block(form(visit, visit.browser()), "design_depth")
    assert 'class="zz-set" disabled' in part and "不适用，已核实" in part


def test_settled_level_is_said(visit: Stage) -> None:
    visit.save_all("same")
    assert "等级已定：<b>" in form(visit, visit.browser())


@pytest.mark.parametrize("kind", ["miit", "gbt"])
def test_official_forms_show_every_question(small_app: Flask, small_file: File, kind: str) -> None:
    if kind == "miit":
        both_submitted(small_file)
    else:
        opened(small_file.submitted(), GBT).submitted(ratings(small_app))
    visit = stage(small_file)
    page = form(visit, visit.browser())
    total = visit.draft().progress.total
    assert page.count("data-answer") == total and f"/ {total} 题" in page


def queries(visit: Stage, visitor: Visitor) -> int:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine(visit.app), "before_cursor_execute", note)
    form(visit, visitor)
    event.remove(engine(visit.app), "before_cursor_execute", note)
    return sum(one.lstrip().upper().startswith("SELECT") for one in seen)


def test_page_asks_the_database_as_often_for_many_findings_as_for_none(
    visit: Stage, new_visitor: Callable[[Flask], Visitor]
) -> None:
    browser = visit.browser()
    form(visit, browser)
    before = queries(visit, browser)
    visit.save_all("adopted")
    assert queries(visit, browser) == before < 20
