"""A form that does not carry this visitor's token is not taken; the page lists what was sent, so nothing is lost."""

import pytest

from diagnose.models import Enterprise
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, counts, typed
from tests.diagnose.walk import Route, of_files, routes
from tests.firms import CREDIT_CODE, FIRM

SENT = {**FIRM, "step": "save", "five_g": "B", "pledge": "yes", "sure": "yes", "needs_other": "想了解同行怎么做"}


def posts(file: File) -> list[Route]:
    found = list(routes(file.app, file, "POST"))
    assert len(found) >= 10
    return found


@pytest.mark.parametrize("token", [None, "", "wrong", "IjEi.aaaa.bbbb"])
def test_post_without_the_token_is_refused_on_every_route_and_stores_nothing(
    small_file: File, token: str | None
) -> None:
    file = small_file.answered()
    before, firm = counts(file.app), file.enterprise().link_sha256
    for route in posts(file):
        data = SENT | ({} if token is None else {"csrf_token": token})
        answer = file.holder.client.post(route.address, data=data)
        assert answer.status_code == 400, route
        assert "页面已过期，刚才的内容没有保存" in answer.text and "想了解同行怎么做" in answer.text
        assert "甲精密部件有限公司" in answer.text and CREDIT_CODE in answer.text
    assert counts(file.app) == before
    assert file.enterprise().link_sha256 == firm
    assert all_of(file.app, Enterprise)[0].name == FIRM["name"]


def test_token_of_another_visitor_is_refused(small_file: File) -> None:
    other = Visitor(small_file.app)
    other.get("/new")
    for route in of_files(small_file.app, small_file, "POST"):
        data = SENT | {"csrf_token": other.token()}
        assert small_file.holder.client.post(route.address, data=data).status_code == 400, route


def test_refused_page_lists_answers_in_the_words_of_the_form_and_no_technical_fields(small_file: File) -> None:
    answer = small_file.holder.client.post(
        f"{small_file.draft}/page/production",
        data={"key_processes_total": "40", "five_g": "B", "asked": "five_g", "go": "next", "csrf_token": "stale"},
    )
    assert "刚才填的内容" in answer.text
    for shown in ("关键工序", '<td class="zz-break">40</td>', "试点"):
        assert shown in answer.text
    assert "stale" not in answer.text and ">asked<" not in answer.text
    assert typed(small_file.app, small_file.draft_id) == {}


def test_what_was_sent_is_shown_harmless(small_file: File) -> None:
    evil = "<script>alert(1)</script>{{7*7}}"
    answer = small_file.holder.client.post("/new", data={"name": evil, '"><b>': "x"})
    assert evil not in answer.text and "&lt;script&gt;" in answer.text and "{{7*7}}" in answer.text
    assert '"><b>' not in answer.text


def test_script_is_told_in_json(small_file: File) -> None:
    address = f"{small_file.draft}/answer/five_g"
    answer = small_file.holder.client.post(address, data={"five_g": "B"}, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and answer.content_type == "application/json"
    assert "页面已过期" in answer.get_json()["message"]


def test_token_in_the_header_is_taken(small_file: File) -> None:
    small_file.holder.get(f"{small_file.draft}/page/production")
    headers = {"X-CSRFToken": small_file.holder.token()}
    address = f"{small_file.draft}/answer/five_g"
    assert small_file.holder.client.post(address, data={"five_g": "B"}, headers=headers).status_code == 200
