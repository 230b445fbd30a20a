"""Every answer, whatever it is, tells the browser to protect its user."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.diagnose.cast import File
from tests.diagnose.town import town
from tests.diagnose.walk import address, of_files, routes, rules

# What everybody may see and find.
OPEN = (
    "public.",
    "fonts.",
    "privacy.",
    "files.places",
    "files.erased",
    "offline.worker",
    "offline.manifest",
    "publish.divisions",
    "publish.newest",
    "publish.earlier",
    "publish.sheet",
)
# They carry a stricter policy than pages do: test_evidence_attacks.py.
PIECES = ("evidence.original", "evidence.thumb")


def check_everywhere(answer: TestResponse, what: object) -> None:
    policy = {part.split()[0]: part.split()[1:] for part in answer.headers["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == ["'none'"], what
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"], what
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"], what
    assert "unsafe" not in answer.headers["Content-Security-Policy"], what
    assert answer.headers["X-Content-Type-Options"] == "nosniff", what
    assert answer.headers["Referrer-Policy"] == "no-referrer", what


def check_private(answer: TestResponse, what: object) -> None:
    check_everywhere(answer, what)
    assert "no-store" in answer.headers["Cache-Control"], what
    assert "noindex" in answer.headers["X-Robots-Tag"], what


def test_every_page_carries_them(small_file: File) -> None:
    file = small_file.submitted().next_draft("again")
    for route in routes(file.app, file, "GET"):
        answer = file.holder.get(route.address)
        check_everywhere(answer, route)
        answer.close()


def test_pages_of_a_file_are_kept_by_no_cache_and_no_search_engine(small_file: File) -> None:
    file = small_file.submitted().next_draft("again")
    for route in of_files(file.app, file, "GET"):
        check_private(file.holder.get(route.address), route)
    for page in ("/new", "/continue"):
        check_private(file.holder.get(page), page)


@pytest.mark.parametrize("who", ["member", "advisor", "officer", "admin"])
def test_pages_of_people_with_accounts_are_kept_by_none_either(small_app: Flask, who: str) -> None:
    place = town(small_app)
    browser = place.browser(who)
    for rule, _ in rules(small_app, "GET"):
        if not rule.endpoint.startswith(OPEN) and rule.endpoint not in PIECES:
            check_private(browser.get(address(small_app, rule, place.known)), rule)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/", 405),
        ("POST", "/new", 400),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/methods/nobody/1", 404),
        ("GET", "/healthz", 200),
        ("GET", "/static/app.css", 200),
        ("GET", "/font/zz-fallback.css", 200),
        ("OPTIONS", "/", 200),
        ("HEAD", "/", 200),
    ],
)
def test_errors_and_files_carry_them_too(small_app: Flask, method: str, address: str, status: int) -> None:
    answer = small_app.test_client().open(address, method=method, buffered=True)
    assert answer.status_code == status
    check_everywhere(answer, address)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 308),
        ("GET", "/nowhere", 404),
        ("GET", "/fill/999/", 404),
        ("POST", "/", 405),
        ("POST", "/erase", 400),
        ("POST", "/link", 400),
    ],
)
def test_errors_below_a_file_stay_private(small_file: File, method: str, path: str, status: int) -> None:
    answer = small_file.holder.client.open(f"{small_file.address}{path}", method=method)
    assert answer.status_code == status
    check_private(answer, path)


def test_answer_that_is_too_large_stays_private(small_file: File) -> None:
    answer = small_file.holder.client.post(f"{small_file.draft}/page/design", data={"own_design": "x" * 300_000})
    assert answer.status_code == 413
    check_private(answer, "413")


def test_unexpected_error_stays_private(small_file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    small_file.app.testing = False

    def broken(**_: object) -> str:
        raise RuntimeError

    monkeypatch.setitem(small_file.app.view_functions, "files.link", broken)
    answer = small_file.holder.client.get(f"{small_file.address}/link")
    assert answer.status_code == 500
    check_private(answer, "500")
