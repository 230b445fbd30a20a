"""Requests that no form of ours sends, by people with accounts: never an error 500."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.routing import Rule

from diagnose.web import here
from tests.conftest import Visitor
from tests.diagnose.town import Town, town, undone
from tests.diagnose.walk import address, rules

Builder = Callable[[Flask], Town]
PEOPLE = ("member", "advisor", "officer", "admin")
# What an address of a row or a file may hold without there being one.
UNKNOWN = {"row": ("0", "2147483647"), "file": ("0123456789abcdef",), "default": ("nothing",)}
# What it may not hold; 2**31 and 2**63 are beyond the keys of the databases.
MALFORMED = {
    "row": ("2147483648", "9223372036854775808", "-1", "1.5", "²", "x", "%00", "%ff", ".."),
    "file": ("0123456789ABCDEF", "abc", "%00", "%ff%fe", "a" * 5000, "..%2f..%2fetc%2fpasswd", "<b>"),
    "default": ("%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "<b>", "x" * 5000),
}
# Every name that some form of ours sends.
FIELDS = (
    *("account", "action", "adopt", "again", "also", "as_of", "back", "base", "by_hand", "change", "choice", "code"),
    *("contact_name", "contact_phone", "credit_code", "day", "division", "due_on", "edit", "effective_on", "email"),
    *(
        "five_g",
        "form",
        "go",
        "hand_over",
        "kind",
        "login",
        "name",
        "next",
        "note",
        "old",
        "older",
        "other",
        "password",
    ),
    *("people", "person", "pledge", "province", "reason", "replace", "role", "seen", "seen_other", "start", "stays"),
    *("basis", "chain", "comparator", "content", "file", "firm", "goal_id", "goal_title", "goal_value", "industry"),
    *("last", "locality", "mark", "measure", "month", "on", "page", "partly", "part", "rule", "ruler", "size"),
    *("sha256", "source", "starts_on", "deadline", "state", "valid_from", "value", "year", "added", "up"),
    *("down", "missing_link", "one_short", "stale", "overdue"),
    *("step", "sure", "text", "ticket", "title", "to", "totp", "version", "visit_on"),
)
# Those that are not looked at when another field is wrong before them.
ALONE = ("text", "day", "older", "before")
# Numbers and characters that one of the databases cannot take.
UNSTORABLE = ("2147483648", "9" * 30, "9" * 5000, "\x00")
# Longer than every text may be; in Chinese longer than every name: percent-encoded, more of it takes seconds a request.
ODD = ("x" * 3000, "٣", "0001-01-01", "长" * 210)
# So many bytes a request: a longer one is refused before any form is read.
MOST = 200_000
LEAVING = ("account.logout", "me.everywhere", "admin.logout")


@pytest.fixture
def kept_as_it_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[Flask], Town]:
    """Builds a town in which every request finds the same."""

    def built(app: Flask) -> Town:
        made = town(app)
        monkeypatch.setattr(here, "writing", undone)
        return made

    return built


@pytest.mark.parametrize("who", PEOPLE)
def test_unknown_name_or_number_in_an_address_is_not_found(app: Flask, who: str, kept_as_it_is: Builder) -> None:
    assert walked(kept_as_it_is(app), who, UNKNOWN) <= {302, 400, 404}


def test_malformed_name_or_number_in_an_address_is_not_found(small_app: Flask, kept_as_it_is: Builder) -> None:
    assert walked(kept_as_it_is(small_app), "officer", MALFORMED) <= {404, 405}


def walked(place: Town, who: str, wrong: dict[str, tuple[str, ...]]) -> set[int]:
    """The answers to every route with each of its arguments wrong in each way."""
    browser = inside(place, who)
    found = set()
    for rule, method in rules(place.app):
        for to in wrong_addresses(place, rule, wrong):
            found.add(send(browser, method, to, {}))
    return found


def wrong_addresses(place: Town, rule: Rule, wrong: dict[str, tuple[str, ...]]) -> list[str]:
    found = []
    for name in rule.arguments:
        converter = {"RowId": "row", "PublicId": "file"}.get(type(rule._converters[name]).__name__, "default")
        mark = {"row": "1234567", "file": "fedcba9876543210"}.get(converter, "marked")
        right = address(place.app, rule, place.known | {name: int(mark) if converter == "row" else mark})
        found += [right.replace(mark, one) for one in wrong[converter]]
    return found


def send(browser: Visitor, method: str, to: str, fields: dict[str, str]) -> int:
    """The status of the answer; the token stays that of the page with which the browser began."""
    token = {"csrf_token": browser.token()}
    answer = browser.client.get(to) if method == "GET" else browser.client.post(to, data=token | fields)
    answer.close()
    return answer.status_code


@pytest.mark.parametrize("who", PEOPLE)
def test_form_with_what_no_database_takes_is_no_crash(app: Flask, who: str, kept_as_it_is: Builder) -> None:
    assert filled_with(kept_as_it_is(app), who, UNSTORABLE) == []


@pytest.mark.parametrize("who", PEOPLE)
def test_form_full_of_nonsense_is_no_crash(small_app: Flask, who: str, kept_as_it_is: Builder) -> None:
    assert filled_with(kept_as_it_is(small_app), who, ODD) == []


def filled_with(place: Town, who: str, values: tuple[str, ...]) -> list[str]:
    """What crashes when every field of every form holds the same, and every query too."""
    crashed = []
    place.app.testing = False
    browser = inside(place, who)
    for rule, method in rules(place.app):
        to = address(place.app, rule, place.known)
        for value in values:
            for names in (FIELDS, ALONE) if method == "GET" else parts(value):
                fields = dict.fromkeys(names, value)
                query = f"?{urlencode(dict.fromkeys(names, value[:60]))}" if method == "GET" else ""
                if send(browser, method, to + query, fields) >= 500:
                    crashed.append(f"{method} {rule.endpoint} {value[:20]!r}")
        if rule.endpoint in LEAVING:
            browser = inside(place, who)
    return crashed


def parts(value: str) -> list[tuple[str, ...]]:
    """The names of all fields, in as many requests as a long value needs."""
    most = max(MOST // (len(quote(value)) + 20), 1)
    return [FIELDS[start : start + most] for start in range(0, len(FIELDS), most)]


def inside(place: Town, who: str) -> Visitor:
    """A browser with somebody logged in and a token at hand."""
    browser = place.browser(who)
    browser.get("/continue")
    return browser
