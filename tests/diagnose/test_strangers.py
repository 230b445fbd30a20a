"""Who does not hold the link sees nothing of a file: every page of it answers like one that does not exist."""

import re

import pytest
from flask import Flask

from diagnose.access import new_code
from tests.conftest import Visitor
from tests.diagnose.cast import File, counts, open_file
from tests.diagnose.proof import upload
from tests.diagnose.walk import Route, elsewhere, of_files

NOBODY = "0123456789abcdef"


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def send(visitor: Visitor, method: str, address: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of an answer to a request with a valid token."""
    visitor.get("/continue")
    data = {"csrf_token": visitor.token(), "sure": "yes", "pledge": "yes", "five_g": "B", "as_of": "2026-01-01"}
    answer = visitor.client.open(address, method=method, data=data if method == "POST" else None)
    headers = {name: value for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length")}
    return answer.status_code, without_token(answer.text), headers


def walk(app: Flask, file: File) -> list[Route]:
    found = of_files(app, file, "GET", "POST")
    assert len(found) >= 20 and {route.method for route in found} == {"GET", "POST"}
    return found


@pytest.fixture
def submitted(small_file: File) -> File:
    """A file with a verdict, an open draft and evidence beside it."""
    file = small_file.submitted().next_draft("again")
    upload(file)
    return file


def test_stranger_is_told_that_there_is_no_such_page(submitted: File) -> None:
    app, before = submitted.app, counts(submitted.app)
    for route in walk(app, submitted):
        seen = send(Visitor(app), route.method, route.address)
        assert seen[0] == 404, route
        assert seen == send(Visitor(app), route.method, elsewhere(route, submitted, NOBODY)), route
        assert "甲精密" not in seen[1] and submitted.public_id not in seen[1]
    assert counts(app) == before


def test_holder_of_another_file_is_a_stranger_too(submitted: File) -> None:
    app = submitted.app
    other = open_file(app, name="乙公司").submitted()
    before = counts(app)
    for route in walk(app, submitted):
        assert send(other.holder, route.method, route.address)[0] == 404, route
    assert counts(app) == before


def test_draft_of_another_file_is_not_found_below_the_own_one(submitted: File) -> None:
    """The number of a draft is easy to guess; it must belong to the file in the address."""
    app = submitted.app
    other = open_file(app, name="乙公司")
    before = counts(app)
    for route in walk(app, submitted):
        if "/fill/" in route.address or "/verdict/" in route.address:
            assert send(other.holder, route.method, elsewhere(route, submitted, other.public_id))[0] == 404, route
    assert counts(app) == before


@pytest.mark.parametrize("forged", ["", "0" * 26, "x", "\u4f01", "0" * 4000])
def test_forged_cookie_opens_nothing(small_file: File, forged: str) -> None:
    visitor = Visitor(small_file.app)
    visitor.client.set_cookie(f"file_{small_file.public_id}", forged)
    assert visitor.get(f"{small_file.address}/").status_code == 404


def test_cookie_with_the_stored_hash_or_another_files_code_opens_nothing(small_file: File) -> None:
    other = open_file(small_file.app)
    for code in (small_file.enterprise().link_sha256 or "", other.cookie, new_code()):
        visitor = Visitor(small_file.app)
        visitor.client.set_cookie(f"file_{small_file.public_id}", code)
        assert visitor.get(f"{small_file.address}/").status_code == 404


# What a holder gets of pages that this file has no row for, or that are for others.
NOT_A_PAGE = {"survey.start": 302, "visits.ask_return": 404, "compare.radar": 404}
NOT_A_PAGE |= {"roadmap.one": 404, "roadmap.item": 404, "roadmap.asked": 404}  # it has no plan


def test_holder_reaches_every_page(submitted: File) -> None:
    """The walk above would prove nothing if its addresses were wrong. Only others send a submission back."""
    for route in of_files(submitted.app, submitted, "GET"):
        answer = submitted.holder.get(route.address)
        answer.close()
        assert answer.status_code == NOT_A_PAGE.get(route.endpoint, 200), route
