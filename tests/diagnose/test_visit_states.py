"""A visit moves as data/visits.yaml says: by the right person, with a reason where one is due, once."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from diagnose import wording
from diagnose.db import writing
from diagnose.models import Assessment, Assignment, AuditEntry, Diagnosis, Enterprise, Statement
from diagnose.models.enterprise import CLOSED
from tests.diagnose.cast import all_of, engine, portrait
from tests.diagnose.visit_cast import ADOPTED_QUESTION, Story, story
from tests.firms import DISCRETE


@pytest.fixture
def told(app: Flask) -> Story:
    """The story on both databases, before the visit."""
    return story(app)


@pytest.fixture
def small(small_app: Flask) -> Story:
    return story(small_app)


def test_whole_way_ends_in_a_statement_and_a_verdict_of_kind_onsite(told: Story) -> None:
    told.confirmed().done("advisor", "final")
    own, onsite = all_of(told.app, Statement)
    assert (own.kind, onsite.kind, onsite.source, onsite.by_id) == ("self", "onsite", "onsite", told.advisor)
    assert onsite.as_of == told.row().visit_on and onsite.adopted == [ADOPTED_QUESTION]
    assert {code: onsite.answers[code] for code in DISCRETE} == DISCRETE
    first, second = all_of(told.app, Diagnosis)
    assert (first.kind, second.kind) == ("self", "onsite")
    assert (first.level, first.score) == (second.level, second.score)
    assert first.statements == [own.id] and second.statements == [onsite.id]


def test_every_move_is_a_step_a_version_and_an_audit_entry(told: Story) -> None:
    told.confirmed().done("advisor", "final")
    states = ["appointed", "visiting", "written", "confirmed", "final"]
    assert [step.state for step in told.steps()] == states
    assert [step.by_id for step in told.steps()] == [told.advisor] * 3 + [told.member, told.advisor]
    assert told.row().version == len(states)
    actions = [entry.action for entry in all_of(told.app, AuditEntry) if entry.action.startswith("visit_")]
    assert actions == ["visit_start", "visit_write", "visit_confirm", "visit_finish"]


def test_visit_with_open_questions_is_not_written_up(told: Story) -> None:
    told.appointed().done("advisor", "visiting").answered(but=("five_g", "cloud_stars"))
    answer = told.move("advisor", "written")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    for question in portrait(told.app).questions:
        linked = f'/form#q-{question.code}"' in page
        assert linked == (question.code in ("five_g", "cloud_stars")), question.code
    assert told.row().state == "visiting"


def test_firm_sends_back_with_reasons_and_the_advisor_writes_it_up_again(told: Story) -> None:
    told.written()
    assert told.move("member", "visiting", reason="  ").status_code == 422
    told.done("member", "visiting", "第 7 题看错了设备台数")
    assert told.steps()[-1].reason == "第 7 题看错了设备台数"
    assert "第 7 题看错了设备台数" in told.browser("advisor").get(told.address).get_data(as_text=True)
    assert "visit_send_back" in told.notices("advisor")
    told.done("advisor", "written").done("member", "confirmed").done("advisor", "final")
    assert len(all_of(told.app, Diagnosis)) == 2


def test_moves_that_are_not_in_the_table_change_nothing(small: Story) -> None:
    small.written()
    wrong = {
        "advisor": ("confirmed", "final", "appointed", "cancelled", "nonsense", ""),
        "officer": ("confirmed", "visiting", "final", "written"),
        "member": ("final", "cancelled", "written"),
    }
    for who, states in wrong.items():
        for to in states:
            assert small.move(who, to, reason="有理由").status_code == 409, (who, to)
    assert small.row().state == "written" and len(small.steps()) == 3


def test_page_offers_just_what_its_reader_may_do(small: Story) -> None:
    small.written()
    for who, offered in (("advisor", {"visiting"}), ("member", {"confirmed", "visiting"}), ("officer", set())):
        page = small.browser(who).get(small.address).get_data(as_text=True)
        assert set(re.findall(r'name="to" value="(\w+)"', page)) == offered, who


def test_cancelled_visit_lets_go_of_its_assessment_and_makes_room_for_another(told: Story) -> None:
    told.appointed().done("advisor", "visiting").done("advisor", "cancelled", "企业搬迁")
    told.appointed().done("officer", "cancelled", "约错了企业")
    told.appointed()
    onsite = [row.status for row in all_of(told.app, Assessment) if row.kind == "onsite"]
    assert onsite == ["set_aside", "set_aside", "draft"] and told.row().state == "appointed"


def test_written_visit_cannot_be_cancelled(small: Story) -> None:
    assert small.written().move("officer", "cancelled", reason="不做了").status_code == 409


def test_future_day_is_refused_until_it_is_changed(told: Story) -> None:
    told.appointed(visit_on=wording.today() + timedelta(days=2)).done("advisor", "visiting").answered()
    answer = told.move("advisor", "written")
    assert answer.status_code == 422 and "日期还没有到" in answer.get_data(as_text=True)
    browser = told.browser("advisor")
    days = {"visit_on": wording.today().isoformat(), "due_on": "", "version": str(told.row().version)}
    for _ in range(2):  # the second click finds it done
        browser.get(told.address)
        assert browser.post(f"{told.address}days", days).status_code == 302
    assert [step.move for step in told.steps()] == ["appoint", "start", "days"]
    told.done("advisor", "written").done("member", "confirmed").done("advisor", "final")
    assert all_of(told.app, Statement)[-1].as_of == wording.today()


def test_firm_without_an_account_is_confirmed_on_paper_with_a_note(app: Flask) -> None:
    told = story(app, with_member=False).written()
    for who in ("advisor", "officer"):
        assert told.move(who, "confirmed").status_code == 422
    told.done("officer", "confirmed", "张某 2026年3月2日 签字，原件在区工信局")
    assert told.steps()[-1].move == "paper"
    told.done("advisor", "final")
    page = told.browser("advisor").get(told.address).get_data(as_text=True)
    assert '<span class="zz-tag zz-tag-check">纸质确认</span>' in page and "原件在区工信局" in page


def test_paper_is_no_way_around_a_firm_that_has_an_account(small: Story) -> None:
    assert small.written().move("advisor", "confirmed", reason="企业口头同意").status_code == 409
    assert small.row().state == "written"


def test_a_reason_that_is_too_long_is_refused(small: Story) -> None:
    assert small.written().move("member", "visiting", reason="长" * 2001).status_code == 422


def test_notices_go_to_the_others_and_not_to_who_did_it(told: Story) -> None:
    told.confirmed().done("advisor", "final")
    assert told.notices("member") == ["visit_write", "visit_finish"]
    assert told.notices("advisor") == ["visit_confirm"]
    assert told.notices("officer") == []


def test_the_officer_who_assigned_the_advisor_hears_of_the_result(small: Story) -> None:
    with writing(engine(small.app)) as session:
        session.execute(update(Assignment).values(made_by_id=small.officer))
    small.confirmed()
    assert small.notices("officer") == []
    small.done("advisor", "final")
    assert small.notices("officer") == ["visit_finish"]


def test_a_closed_firm_is_visited_no_further(small: Story) -> None:
    small.appointed().done("advisor", "visiting")
    with writing(engine(small.app)) as session:
        session.execute(update(Enterprise).values(status=CLOSED))
    small.answered()
    assert small.move("advisor", "written").status_code == 409
    small.done("advisor", "cancelled", "企业已关闭")
    assert small.browser("advisor").get(f"/visits/appoint/{small.file.public_id}").status_code == 404
