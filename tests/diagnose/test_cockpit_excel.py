"""驾驶舱: the tables of the page as an Excel file, with their 口径, and nothing in it that runs."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from tests.conftest import Visitor
from tests.diagnose.cockpit_town import CITY, HANJIANG, TOWN, FirmOf, build
from tests.people import account, logged_in

EVIL = "=cmd|' /C calc'!A0"


@pytest.fixture
def officer(small_app: Flask) -> Visitor:
    build(small_app, [*TOWN, FirmOf("辛", HANJIANG, facts=[("chain", EVIL, 100, None)])])
    return logged_in(small_app, account(small_app, "officer", "市里的", CITY))


def book(who: Visitor, **asked: str) -> bytes:
    answer = who.get("/cockpit/tables.xlsx", query_string=asked)
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    return answer.get_data()


def test_the_file_holds_the_tables_of_the_page(officer: Visitor) -> None:
    read = CalamineWorkbook.from_filelike(BytesIO(book(officer)))
    assert read.sheet_names[:3] == ["口径", "等级分布", "三项率"]
    assert read.get_sheet_by_name("口径").to_python()[0] == ["扬州市，应诊断 6 家"]
    rows = {str(row[0]): row[1:] for row in read.get_sheet_by_name("等级分布").to_python()}
    assert rows["合计"][:3] == [6, 4, pytest.approx(4 / 6)]
    assert rows["广陵区"][:3] == [3, 2, pytest.approx(2 / 3)]


def test_what_people_typed_is_never_a_formula(officer: Visitor) -> None:
    made = book(officer, by="chain")
    with ZipFile(BytesIO(made)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets and all("<f>" not in sheet for sheet in sheets)
    read = CalamineWorkbook.from_filelike(BytesIO(made)).get_sheet_by_name("等级分布").to_python()
    assert EVIL in [row[0] for row in read]


def test_the_file_follows_the_filters(officer: Visitor) -> None:
    read = CalamineWorkbook.from_filelike(BytesIO(book(officer, industry="34")))
    assert read.get_sheet_by_name("口径").to_python()[0] == ["扬州市，应诊断 1 家"]
