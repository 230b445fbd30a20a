"""Two people, or two clicks, at the same moment: one wins, the other is told; the same click twice is done once."""

from functools import partial

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from diagnose import wording
from diagnose.models import Assessment, Diagnosis, Statement, Visit
from tests.conftest import Visitor
from tests.diagnose.cast import all_of
from tests.diagnose.visit_cast import Story, at_once, story
from tests.people import account, join, logged_in


@pytest.fixture
def told(app: Flask) -> Story:
    return story(app)


def press(browser: Visitor, address: str, fields: dict[str, str]) -> TestResponse:
    return browser.post(address, fields)


def ready(told: Story, *accounts: int) -> list[Visitor]:
    """Browsers with a token, one for each account."""
    browsers = [logged_in(told.app, one) for one in accounts]
    for browser in browsers:
        browser.get("/continue")
    return browsers


def test_two_people_of_the_firm_confirm_at_once_and_one_is_told(told: Story) -> None:
    told.written()
    other = account(told.app, "enterprise", "甲企的另一位")
    join(told.app, other, told.file.enterprise().id)
    fields = {"to": "confirmed", "version": "3"}
    browsers = ready(told, told.member, other)
    answers = at_once([partial(press, browser, f"{told.address}move", fields) for browser in browsers])
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).get_data(as_text=True)
    winner = told.steps()[-1]
    name = "甲企的人" if winner.by_id == told.member else "甲企的另一位"
    assert f"{name}在 " in refused and "已经做了“企业确认”" in refused
    assert len(told.steps()) == 4


def test_confirming_and_sending_back_at_once_does_one_of_both(told: Story) -> None:
    told.written()
    other = account(told.app, "enterprise", "甲企的另一位")
    join(told.app, other, told.file.enterprise().id)
    browsers = ready(told, told.member, other)
    sent = [{"to": "confirmed", "version": "3"}, {"to": "visiting", "version": "3", "reason": "不对"}]
    jobs = [partial(press, browser, f"{told.address}move", one) for browser, one in zip(browsers, sent, strict=True)]
    assert sorted(answer.status_code for answer in at_once(jobs)) == [302, 409]
    assert told.row().state in ("confirmed", "visiting") and told.row().version == 4


def test_double_clicks_at_once_make_one_verdict(told: Story) -> None:
    told.confirmed()
    (browser,) = ready(told, told.advisor)
    copies = [Visitor(told.app) for _ in range(4)]
    for copy in copies:
        copy.client._cookies = browser.client._cookies
        copy.page = browser.page
    fields = {"to": "final", "version": "4"}
    answers = at_once([partial(press, copy, f"{told.address}move", fields) for copy in copies])
    assert [answer.status_code for answer in answers] == [302] * 4
    assert [row.kind for row in all_of(told.app, Statement)] == ["self", "onsite"]
    assert [row.kind for row in all_of(told.app, Diagnosis)] == ["self", "onsite"]
    assert len(told.steps()) == 5


def test_repeated_move_is_done_and_an_old_one_of_somebody_else_is_refused(told: Story) -> None:
    told.written().done("member", "visiting", "再看看")
    assert told.move("member", "visiting", version=3, reason="再看看").status_code == 302
    told.done("advisor", "written")
    assert told.move("member", "confirmed", version=3).status_code == 409
    assert told.row().state == "written"
    for version in ("0", "-1", "99", "x", ""):
        browser = told.browser("member")
        browser.get("/continue")
        answer = browser.post(f"{told.address}move", {"to": "confirmed", "version": version})
        assert answer.status_code in (400, 409), version
    assert told.row().state == "written"


def test_two_appointments_at_once_are_one_visit(told: Story) -> None:
    browsers = ready(told, told.advisor, told.advisor, told.advisor)
    fields = {"base": str(told.base), "visit_on": wording.today().isoformat(), "due_on": ""}
    address = f"/visits/appoint/{told.file.public_id}"
    answers = at_once([partial(press, browser, address, fields) for browser in browsers])
    assert {(answer.status_code, answer.location) for answer in answers} == {(302, "/visits/1/")}
    assert len(all_of(told.app, Visit)) == 1
    assert [row.kind for row in all_of(told.app, Assessment)] == ["self", "onsite"]
    assert told.notices("member") == ["visit_appoint"]
