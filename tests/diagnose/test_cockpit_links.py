"""驾驶舱: every number leads to a list of exactly that many firms."""

import html
import re

import pytest
from flask import Flask

from tests.conftest import Visitor
from tests.diagnose.cockpit_town import CITY, TOWN, ago, build
from tests.people import account, logged_in

LINK = re.compile(r'<a href="(/district/\?[^"]+)">(?:查看 )?([\d,]+)(?: 家)?</a>')
VIEWS: tuple[dict[str, str], ...] = (
    {},
    {"basis": "onsite"},
    {"basis": "best", "by": "industry"},
    {"by": "chain", "size": "2"},
    {"by": "mark"},
    {"by": "locality", "on": ago(85).isoformat()},
    {"industry": "33", "mark": "7"},
)


@pytest.fixture
def officer(app: Flask) -> Visitor:
    build(app, TOWN)
    return logged_in(app, account(app, "officer", "市里的", CITY))


def listed(who: Visitor, address: str) -> int:
    answer = who.get(html.unescape(address))
    assert answer.status_code == 200, address
    return len(re.findall(r'<th scope="row" data-label="企业">', who.page))


@pytest.mark.parametrize("asked", VIEWS, ids=str)
def test_every_number_leads_to_a_list_of_exactly_that_many_firms(officer: Visitor, asked: dict[str, str]) -> None:
    officer.get("/cockpit/", query_string=asked)
    links = set(LINK.findall(officer.page))
    assert len(links) > 5
    wrong = [(address, number) for address, number in links if listed(officer, address) != int(number.replace(",", ""))]
    assert wrong == []


def test_rows_lead_further_down(officer: Visitor) -> None:
    officer.get("/cockpit/")
    below = re.search(r'<a href="([^"]+)">广陵区</a>', officer.page)
    assert below
    officer.get(html.unescape(below[1]))
    assert "<h1>广陵区驾驶舱</h1>" in officer.page
