"""通知: one's own, newest first, each a link; the number of unread ones costs one query, and none for visitors."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from diagnose import wording
from diagnose.db import writing
from diagnose.services import notices
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.people import HERE, account, logged_in


def tell(app: Flask, who: int, name: str = "李工") -> None:
    with writing(engine(app)) as session:
        notices.tell(session, [who], "joined", "/me", wording.now(), name=name, firm="甲公司")


def test_inbox_shows_ones_own_notices_until_they_are_read(app: Flask) -> None:
    who, other = account(app, "officer", "王科", HERE), account(app, "officer", "赵科", HERE)
    tell(app, who)
    tell(app, other, "别人的事")
    visitor = logged_in(app, who)
    page = visitor.get("/notices").text
    assert "李工已成为“甲公司”的成员" in page and '<a href="/me">' in page and "别人的事" not in page
    assert "1 条未读" in page
    assert visitor.post("/notices").location == "/notices"
    assert "0 条未读" in visitor.get("/notices").text
    assert "1 条未读" in logged_in(app, other).get("/notices").text


def test_empty_inbox_says_what_will_come(small_app: Flask) -> None:
    assert "还没有通知" in logged_in(small_app, account(small_app, "officer", "王科", HERE)).get("/notices").text


def test_text_of_a_notice_is_harmless(small_app: Flask) -> None:
    who = account(small_app, "officer", "王科", HERE)
    tell(small_app, who, "<script>alert(1)</script>{0}")
    page = logged_in(small_app, who).get("/notices").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize(("logged", "queries"), [(False, 0), (True, 1)])
def test_unread_number_costs_one_query_only_when_logged_in(small_app: Flask, logged: bool, queries: int) -> None:
    who = account(small_app, "officer", "王科", HERE)
    visitor = logged_in(small_app, who) if logged else Visitor(small_app)
    visitor.get("/methods")
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(engine(small_app), "before_cursor_execute", note)
    visitor.get("/methods")
    event.remove(engine(small_app), "before_cursor_execute", note)
    assert len([one for one in asked if "FROM notice" in one]) == queries
