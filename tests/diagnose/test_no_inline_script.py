"""The pages live under a policy without inline script or style, so none of them may contain any."""

from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.diagnose.cast import File
from tests.diagnose.town import town
from tests.diagnose.walk import Route, address, routes, rules

PICTURE = ("img", "src")


class Inline(HTMLParser):
    """Collects what the policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.inside = tag if tag == "script" and "src" not in names else ""
        if tag == "style":
            self.found.append("<style>")
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        # The policy lets pictures be data: the QR code of a new key for one-time numbers.
        links = [names.get(name) or "" for name in ("href", "src", "action", "formaction") if (tag, name) != PICTURE]
        self.found += [
            link for link in links if link.strip().lower().startswith(("javascript:", "data:", "//", "http"))
        ]

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.found.append(f"<script> {data.strip()[:40]}")


def inline(page: str) -> list[str]:
    parser = Inline()
    parser.feed(page)
    return parser.found


def pages(file: File) -> list[tuple[Route | str, TestResponse]]:
    """Every page of the app, the sections and errors with something wrong on them too."""
    found: list[tuple[Route | str, TestResponse]] = [
        (route, file.holder.get(route.address)) for route in routes(file.app, file, "GET")
    ]
    for _, answer in found:
        answer.close()
    for code in ("design", "production", "operation", "cloud", "foundation", "outcome", "needs"):
        found.append((code, file.holder.get(f"{file.draft}/page/{code}")))
    found += [(path, file.post(path)) for path in ("firm", "erase", f"{file.filling}/review")]
    found.append(("wrong code", file.holder.post("/continue", {"code": "x"})))
    found.append(("wrong credit code", file.holder.post("/new", {"step": "code", "credit_code": "x"})))
    found.append(("no token", file.holder.client.post("/new", data={"name": "x"})))
    found.append(("not found", file.holder.get("/nowhere")))
    return [(what, answer) for what, answer in found if "html" in (answer.content_type or "")]


def test_no_page_has_inline_script_style_or_handlers(small_file: File) -> None:
    file = small_file.submitted().next_draft("again").answered({"key_processes_cnc": "99", "five_g": "Z"})
    seen = pages(file)
    assert len(seen) >= 25
    assert [(what, inline(answer.text)) for what, answer in seen if inline(answer.text)] == []


@pytest.mark.parametrize("who", ["member", "advisor", "officer", "admin"])
def test_no_page_of_people_with_accounts_has_any_either(small_app: Flask, who: str) -> None:
    place = town(small_app)
    browser, seen = place.browser(who), []
    for rule, _ in rules(small_app, "GET"):
        answer = browser.get(address(small_app, rule, place.known))
        if answer.status_code == 200 and "html" in (answer.content_type or ""):
            seen.append((rule.endpoint, inline(answer.text)))
        answer.close()
    assert len(seen) >= 18
    assert [one for one in seen if one[1]] == []


def test_scan_would_find_them() -> None:
    page = '<p style="a" onclick="b"><style>c</style><script>d()</script><a href="javascript:e">f</a>'
    assert len(inline(page)) == 5
    assert inline('<script src="/static/fill.js"></script><svg stroke-width="2"></svg>') == []
