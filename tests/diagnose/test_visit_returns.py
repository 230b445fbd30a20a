"""A submitted self-assessment is sent back with a reason, once; it stands, and the firm gets a correction draft."""

from functools import partial

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from diagnose.db import reading
from diagnose.models import Assessment, AuditEntry, Diagnosis
from diagnose.services import returns
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, catalog, engine
from tests.diagnose.visit_cast import Story, at_once, story
from tests.people import ELSEWHERE, account, logged_in

REASON = "第 3 题的设备总数少了一个车间"


@pytest.fixture
def told(app: Flask) -> Story:
    return story(app)


def send(told: Story, browser: Visitor, reason: str = REASON) -> TestResponse:
    browser.get("/continue")
    return browser.post(f"/file/{told.file.public_id}/return/{told.base}", {"reason": reason})


def pending(told: Story) -> list[int]:
    firm = told.file.enterprise().id
    with reading(engine(told.app)) as session:
        return [row.id for row in returns.pending(session, [firm])[firm]]


def test_sent_back_once_with_the_first_reason_a_correction_draft_and_a_notice(told: Story) -> None:
    assert send(told, told.browser("officer")).status_code == 302
    assert send(told, told.browser("advisor"), "另一个理由").status_code == 302
    base, draft = all_of(told.app, Assessment)
    assert (base.status, base.return_reason, base.returned_by_id) == ("submitted", REASON, told.officer)
    assert (draft.status, draft.purpose, draft.as_of, draft.form) == ("draft", "correction", base.as_of, base.form)
    assert told.notices("member") == ["returned"] and pending(told) == [base.id]
    assert [entry.action for entry in all_of(told.app, AuditEntry)].count("return") == 1
    assert len(all_of(told.app, Diagnosis)) == 1


def test_two_people_send_back_at_once_and_it_is_done_once(told: Story) -> None:
    browsers = [told.browser("officer"), told.browser("advisor")]
    for browser in browsers:
        browser.get("/continue")
    address = f"/file/{told.file.public_id}/return/{told.base}"
    answers = at_once([partial(browser.post, address, {"reason": REASON}) for browser in browsers])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(all_of(told.app, Assessment)) == 2 and told.notices("member") == ["returned"]


def test_open_draft_of_the_firm_is_kept_and_used(told: Story) -> None:
    told.file.next_draft("again")
    send(told, told.browser("officer"))
    assert [row.purpose for row in all_of(told.app, Assessment)] == ["first", "again"]


def test_submitted_correction_answers_it(told: Story) -> None:
    send(told, told.browser("officer"))
    draft = all_of(told.app, Assessment)[-1]
    address = f"{told.file.address}/fill/{draft.id}"
    File(told.app, told.file.holder, told.file.address, address).submitted()
    assert pending(told) == []
    late = send(told, told.browser("officer"))
    assert late.status_code == 409 and "不是企业最近一次提交的填报" in late.get_data(as_text=True)


def test_without_a_reason_or_with_too_long_a_one_nothing_happens(told: Story) -> None:
    for reason in ("", "  ", "长" * 2001):
        assert send(told, told.browser("officer"), reason).status_code == 422
    assert pending(told) == [] and len(all_of(told.app, Assessment)) == 1


def test_only_its_officer_and_its_advisor_send_back(told: Story) -> None:
    strangers = [
        logged_in(told.app, account(told.app, "officer", "外区", ELSEWHERE)),
        logged_in(told.app, account(told.app, "advisor", "别的顾问")),
        told.browser("member"),
        told.file.holder,
        Visitor(told.app),
    ]
    for browser in strangers:
        assert send(told, browser).status_code == 404
        assert browser.get(f"/file/{told.file.public_id}/return/{told.base}").status_code == 404
    assert pending(told) == []


def test_draft_is_nothing_to_send_back(told: Story) -> None:
    draft = told.file.next_draft("again").draft_id
    browser = told.browser("officer")
    browser.get("/continue")
    assert browser.post(f"/file/{told.file.public_id}/return/{draft}", {"reason": REASON}).status_code == 409


def test_firm_sees_the_reason_on_the_review_of_its_correction(told: Story) -> None:
    send(told, told.browser("officer"))
    draft = all_of(told.app, Assessment)[-1]
    page = told.browser("member").get(f"{told.file.address}/fill/{draft.id}/review").get_data(as_text=True)
    assert "已退回" in page and REASON in page
    assert catalog(told.app).first_form.title in page
