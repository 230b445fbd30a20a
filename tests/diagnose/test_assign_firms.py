"""An officer assigns firms one by one or by filter: in the own subtree, race-safe, with history."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.db import reading
from diagnose.models import Account, Assignment, AuditEntry, Enterprise, Notice, Visit
from diagnose.services import caseload
from tests.conftest import Visitor
from tests.diagnose.cast import all_of, engine
from tests.diagnose.visit_cast import at_once, story
from tests.people import ELSEWHERE, HERE, account, assign, logged_in, verified_firm

CITY = "321000"


@pytest.fixture
def officer(app: Flask) -> Visitor:
    """The officer of the district, on a page with a token."""
    return ready(app, account(app, "officer", "区县负责人", HERE))


def ready(app: Flask, number: int) -> Visitor:
    browser = logged_in(app, number)
    browser.get("/continue")
    return browser


def code(number: int) -> str:
    return f"{number:018d}"


def firms(app: Flask, count: int, division: str = HERE) -> list[int]:
    return [verified_firm(app, division, name=f"企业{number}", credit_code=code(number)) for number in range(count)]


def advisors(app: Flask, *names: str, division: str = HERE) -> list[int]:
    return [account(app, "advisor", name, division) for name in names]


def address(app: Flask, firm: int) -> str:
    return next(f"/district/firm/{row.public_id}/assign" for row in all_of(app, Enterprise) if row.id == firm)


def post(browser: Visitor, where: str, **fields: Any) -> TestResponse:
    browser.get("/continue")
    return browser.post(where, fields)


def holders(app: Flask, role: str = "advisor") -> dict[int, int]:
    """Who has which firm now."""
    return {
        row.enterprise_id: row.account_id for row in all_of(app, Assignment) if not row.ended_at and row.role == role
    }


def test_one_firm_is_assigned_replaced_and_released_with_history(app: Flask, officer: Visitor) -> None:
    (firm,), (first, second) = firms(app, 1), advisors(app, "甲", "乙")
    due = (wording.today() + timedelta(days=9)).isoformat()
    where = address(app, firm)
    for _ in range(2):  # the second click changes nothing
        assert post(officer, where, role="advisor", person=first, due_on=due, seen=0).status_code == 302
    assert post(officer, where, role="advisor", person=second, due_on="", seen=1).status_code == 302
    assert post(officer, where, role="advisor", person="", due_on="", seen=2).status_code == 302
    rows = all_of(app, Assignment)
    assert [(row.account_id, bool(row.ended_at)) for row in rows] == [(first, True), (second, True)]
    assert rows[0].due_on is not None and rows[0].due_on.isoformat() == due
    assert [entry.action for entry in all_of(app, AuditEntry)] == ["assign_advisor"] * 2 + ["unassign_advisor"]
    assert [(row.account_id, row.kind) for row in all_of(app, Notice)] == [(first, "assigned"), (second, "assigned")]


def test_two_officers_assign_one_firm_at_once_and_one_is_told(app: Flask, officer: Visitor) -> None:
    (firm,), people = firms(app, 1), advisors(app, "甲", "乙")
    browsers = [officer, ready(app, account(app, "officer", "同事", HERE))]
    sent = [{"role": "advisor", "person": str(one), "due_on": "", "seen": "0"} for one in people]
    where = address(app, firm)
    jobs = [partial(browser.post, where, fields) for browser, fields in zip(browsers, sent, strict=True)]
    assert sorted(answer.status_code for answer in at_once(jobs)) == [302, 409]
    assert len(all_of(app, Assignment)) == 1


def test_visits_of_a_replaced_advisor_go_over_or_stay_as_asked(app: Flask) -> None:
    told = story(app).appointed()
    heir, third = advisors(app, "接手", "又一位")
    browser, where = ready(app, told.officer), address(app, told.file.enterprise().id)
    assert "没有做完的现场诊断（1 次）" in browser.get(where).get_data(as_text=True)
    post(browser, where, role="advisor", person=heir, due_on="", seen=1, hand_over="yes")
    assert told.row().advisor_id == heir and told.steps()[-1].move == "hand_over"
    assert told.move("advisor", "visiting", version=2).status_code == 404
    assert logged_in(app, heir).get(told.address).status_code == 200
    post(browser, where, role="advisor", person=third, due_on="", seen=2, hand_over="no")
    assert told.row().advisor_id == heir and holders(app) == {told.file.enterprise().id: third}
    told.advisor = heir  # whose visit it stays may finish it
    told.done("advisor", "visiting").answered().done("advisor", "written")


def test_firms_of_a_filter_are_spread_over_the_chosen_and_others_stay_as_they_are(app: Flask, officer: Visitor) -> None:
    numbers, (first, second, other) = firms(app, 6), advisors(app, "甲", "乙", "丙")
    verified_firm(app, HERE, name="已关闭", credit_code=code(90), status="closed")
    verified_firm(app, ELSEWHERE, name="外区企业", credit_code=code(91))
    assign(app, first, numbers[0])
    assign(app, other, numbers[1])
    where = "/district/assign?text=企业"
    assert "在营企业 <b>6</b> 家：还没有顾问的 <b>4</b> 家" in officer.get(where).get_data(as_text=True)
    fields = {"role": "advisor", "people": [first, second], "due_on": "", "replace": "no"}
    preview = post(officer, where, **fields).get_data(as_text=True)
    assert "4 家企业将指派智能制造顾问" in preview and holders(app) == {numbers[0]: first, numbers[1]: other}
    assert str(post(officer, where, **fields, step="do").location).endswith("done=4")
    found = holders(app)
    assert found[numbers[0]] == first and found[numbers[1]] == other
    assert [found[number] for number in numbers[2:]] == [second, first, second, first]
    assert str(post(officer, where, **fields, step="do").location).endswith("done=0")
    entries = [entry for entry in all_of(app, AuditEntry) if entry.action == "assign_advisor"]
    assert len(entries) == 4 and {entry.detail["account"] for entry in entries} == {first, second}


def test_firms_of_others_change_hands_only_when_asked(app: Flask, officer: Visitor) -> None:
    numbers, (first, second) = firms(app, 3), advisors(app, "甲", "乙")
    for number in numbers:
        assign(app, first, number)
    fields = {"role": "advisor", "people": [second], "due_on": "", "step": "do"}
    post(officer, "/district/assign", **fields, replace="no")
    assert set(holders(app).values()) == {first}
    post(officer, "/district/assign", **fields, replace="yes")
    assert set(holders(app).values()) == {second}


def test_two_officers_spread_the_same_firms_at_once_and_each_firm_gets_one(app: Flask, officer: Visitor) -> None:
    numbers, people = firms(app, 9), advisors(app, "甲", "乙", "丙")
    browsers = [officer, ready(app, account(app, "officer", "同事", HERE))]
    fields = {"role": "advisor", "people": [str(one) for one in people], "due_on": "", "step": "do"}
    answers = at_once([partial(browser.post, "/district/assign", fields) for browser in browsers])
    assert [answer.status_code for answer in answers] == [302, 302]
    found = holders(app)
    assert sorted(found) == numbers and len(all_of(app, Assignment)) == 9
    assert [list(found.values()).count(one) for one in people] == [3, 3, 3]


def test_advisors_are_those_of_the_own_subtree_and_of_the_divisions_above(app: Flask, officer: Visitor) -> None:
    (firm,) = firms(app, 1)
    (own,), (city,) = advisors(app, "本区"), advisors(app, "本市", division=CITY)
    (far,), nowhere = advisors(app, "外地", division=ELSEWHERE), account(app, "advisor", "没有地区")
    page = officer.get(address(app, firm)).get_data(as_text=True)
    offered = {number for number in (own, city, far, nowhere) if f'<option value="{number}"' in page}
    assert offered == {own, city}
    for number in (far, nowhere, 99):
        assert post(officer, address(app, firm), role="advisor", person=number, due_on="", seen=0).status_code == 400
        assert post(officer, "/district/assign", role="advisor", people=number, due_on="").status_code == 422
    assert holders(app) == {}


def test_firm_elsewhere_is_not_there_and_nobody_but_officers_assigns(app: Flask, officer: Visitor) -> None:
    far = verified_firm(app, ELSEWHERE)
    (advisor,) = advisors(app, "甲")
    assert post(officer, address(app, far), role="advisor", person=advisor, due_on="", seen=0).status_code == 404
    for number in (advisor, account(app, "admin", "管理员"), account(app, "enterprise", "企业")):
        browser = ready(app, number)
        assert browser.get("/district/assign").status_code == 404
        assert post(browser, "/district/assign", role="advisor", people=advisor, step="do").status_code == 404
    assert Visitor(app).get("/district/assign").status_code == 302
    assert holders(app) == {}


def test_specialists_needed_are_one_for_two_firms_rounded_up(app: Flask, officer: Visitor) -> None:
    numbers, (first, second) = firms(app, 5), advisors(app, "甲", "乙")
    verified_firm(app, HERE, name="未核实", credit_code=code(80), verified=False)
    verified_firm(app, HERE, name="已关闭", credit_code=code(81), status="closed")
    for number in numbers[:3]:
        assign(app, first, number, "specialist")
    assign(app, second, verified_firm(app, ELSEWHERE, credit_code=code(82)), "specialist")
    with reading(engine(app)) as session:
        who = next(row for row in all_of(app, Account) if row.role == "officer")
        found = caseload.staffing(session, session.get_one(Account, who.id), 2)
    assert found == caseload.Staffing(firms=5, needed=3, specialists=1, served=3)
    page = officer.get("/district/assign").get_data(as_text=True)
    assert "还差 2 名" in page and "3 / 5 家" in page and "三年行动计划" in page


def test_caseload_counts_firms_without_a_result_open_visits_and_what_is_late(app: Flask) -> None:
    told = story(app).appointed(due_on=wording.today() - timedelta(days=1))
    idle = verified_firm(app, HERE, credit_code=code(70))
    assign(app, told.advisor, idle)
    with reading(engine(app)) as session:
        before = caseload.caseload(session, [session.get_one(Account, told.advisor)])[0]
    assert (before.firms, before.visits, before.overdue) == (2, 1, 1)
    told.done("advisor", "visiting").answered().done("advisor", "written")
    told.done("member", "confirmed").done("advisor", "final")
    with reading(engine(app)) as session:
        after = caseload.caseload(session, [session.get_one(Account, told.advisor)])[0]
    assert (after.firms, after.visits, after.overdue) == (1, 0, 0)
    assert [row.state for row in all_of(app, Visit)] == ["final"]
