"""One page sent several times starts one file; another page, firm or time starts another."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from stdnum.cn import uscc

from diagnose import wording
from diagnose.models import Enterprise
from tests.conftest import Visitor
from tests.diagnose.cast import all_of
from tests.firms import CREDIT_CODE, FIRM

OTHER = "91320000MA1MTXYR2" + uscc.calc_check_digit("91320000MA1MTXYR2")


def start_page(visitor: Visitor, credit_code: str = CREDIT_CODE) -> dict[str, str]:
    """The second step as the page has it: token, nonce and the firm's answers."""
    visitor.get("/new")
    visitor.post("/new", {"step": "code", "credit_code": credit_code})
    nonce = re.search(r'name="start" value="([^"]+)"', visitor.page)
    assert nonce
    return {**FIRM, "credit_code": credit_code, "step": "save", "start": nonce[1], "csrf_token": visitor.token()}


def names(app: Flask) -> list[str]:
    return [row.name for row in all_of(app, Enterprise)]


def test_several_clicks_at_once_start_one_file(app: Flask, visitor: Visitor) -> None:
    sent = start_page(visitor)
    session = visitor.client.get_cookie("visitor")
    assert session

    def click(_: int) -> tuple[int, str | None]:
        client = app.test_client()
        client.set_cookie("visitor", session.value)
        answer = client.post("/new", data=sent)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(click, range(6)))
    assert len(answers) == 1
    assert answers.pop()[0] == 302
    assert len(names(app)) == 1


def test_two_firms_from_two_open_pages_are_two_files(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    first, second = start_page(visitor), start_page(visitor, OTHER)
    visitor.client.post("/new", data={**first, "name": "甲企"})
    visitor.client.post("/new", data={**second, "name": "乙企"})
    assert names(small_app) == ["甲企", "乙企"]


def test_going_back_and_entering_another_firm_is_another_file(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    page = start_page(visitor)
    places = {
        visitor.client.post("/new", data={**page, "credit_code": code, "name": name}).location
        for code, name in ((CREDIT_CODE, "甲企"), (OTHER, "乙企"))
    }
    assert len(places) == 2
    assert names(small_app) == ["甲企", "乙企"]


def test_an_old_page_sent_again_opens_nothing_of_the_first_file(
    small_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(small_app)
    page = start_page(visitor)
    first = visitor.client.post("/new", data=page).location
    later = wording.now() + timedelta(minutes=5)
    monkeypatch.setattr(wording, "now", lambda: later)
    second = visitor.client.post("/new", data=page).location
    assert first.partition("/link")[0] != second.partition("/link")[0]
    assert len(names(small_app)) == 2


def test_nothing_of_the_link_stays_in_the_visitors_session(small_app: Flask) -> None:
    visitor = Visitor(small_app)
    visitor.start()
    with visitor.client.session_transaction() as session:
        assert set(session) <= {"csrf_token", "_permanent"}
