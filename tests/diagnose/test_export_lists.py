"""Lists and answers out: every row that the list has, nothing of other places, and no text that becomes a formula."""

import csv
import io
import re
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import insert, select, update

from diagnose.db import reading, writing
from diagnose.models import AuditEntry, Enterprise, Statement
from diagnose.services import firm_find, firm_table, tables, workbook
from diagnose.services.tables import Table
from tests.conftest import Visitor
from tests.diagnose.cast import engine, open_file
from tests.diagnose.list_cast import judged, placed
from tests.people import ELSEWHERE, HERE, account, logged_in, verified_firm

FORM = "digital-portrait/2025"
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "🏭表情", "_x0041_", "<&\"'>", "行\r\n二"]


@pytest.fixture
def officer(app: Flask) -> Visitor:
    return logged_in(app, account(app, "officer", "boss", HERE))


def sent(who: Visitor, file: str, content: str = "list", **asked: str) -> bytes:
    who.get("/district/export/", query_string=asked)
    action = re.search(r'action="(/district/export/[^"]*)"', who.page)
    assert action
    answer = who.post(action[1].replace("&amp;", "&"), {"content": content, "file": file})
    assert answer.status_code == 200
    return answer.get_data()


def read_csv(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_xlsx(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The notes, and the rows by title."""
    notes, sheet = load_workbook(io.BytesIO(data)).worksheets
    titles, *rows = sheet.iter_rows(values_only=True)
    about = {str(label): text for label, text in notes.iter_rows(min_row=2, max_col=2, values_only=True)}
    return about, [dict(zip(map(str, titles), row, strict=True)) for row in rows]


def test_both_files_hold_the_firms_of_the_list_and_no_others(app: Flask, officer: Visitor) -> None:
    for number in range(3):
        judged(app, placed(app, f"甲{number}"), number)
    verified_firm(app, ELSEWHERE, name="外区")
    assert [row["企业名称"] for row in read_csv(sent(officer, "csv"))] == ["甲2", "甲1", "甲0"]
    assert [row["企业名称"] for row in read_xlsx(sent(officer, "xlsx"))[1]] == ["甲2", "甲1", "甲0"]
    about, rows = read_xlsx(sent(officer, "xlsx", level="1", basis="self"))
    assert [row["企业名称"] for row in rows] == ["甲1"]
    assert about["筛选条件"] == "等级：起步级（一级）；等级依据：企业自评"
    assert about["范围"] == "邗江区" and about["导出人"] == "boss"


def test_numbers_days_and_codes_are_what_they_are(app: Flask, officer: Visitor) -> None:
    open_file(app).submitted()
    row = read_xlsx(sent(officer, "xlsx"))[1][0]
    assert row["统一社会信用代码"] == "91321003MA1TESTX04" or isinstance(row["统一社会信用代码"], str)
    assert isinstance(row["自评得分"], float) and row["自评日期"] == datetime(2026, 3, 1)
    assert row["身份"] == "未核实" and row["自评"] == "已提交" and row["规模"] in ("小型", "中型", "待补充")
    plain = read_csv(sent(officer, "csv"))[0]
    assert plain["自评日期"] == "2026-03-01" and float(plain["自评得分"]) == row["自评得分"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_a_formula(app: Flask, officer: Visitor, name: str) -> None:
    verified_firm(app, name=name, contact_name=name)
    for row in (read_xlsx(sent(officer, "xlsx"))[1][0], read_csv(sent(officer, "csv"))[0]):
        # openpyxl leaves Excel's own escapes (ECMA-376, ST_Xstring) as they are.
        read = row["企业名称"].replace("_x000D_", "\r").replace("_x005F_", "_").removeprefix("'")
        assert read.replace("\r", "") == name.replace("\r", "")
        assert row["企业名称"] == row["联系人"]
    raw = read_csv(sent(officer, "csv"))[0]["企业名称"]
    assert raw[0] not in "=+-@\t\r＝"
    cell = load_workbook(io.BytesIO(sent(officer, "xlsx"))).worksheets[1]["B2"]
    assert cell.data_type in ("s", "inlineStr")


def test_contacts_of_the_own_firms_are_in_the_list(app: Flask, officer: Visitor) -> None:
    verified_firm(app, contact_name="王厂长", contact_phone="0514-8000")
    row = read_csv(sent(officer, "csv"))[0]
    assert (row["联系人"], row["联系电话"]) == ("王厂长", "0514-8000")


def test_answers_stand_in_words_and_codes_and_numbers(app: Flask, officer: Visitor) -> None:
    open_file(app, name="填过").submitted()
    verified_firm(app, name="没填过")
    about, rows = read_xlsx(sent(officer, "xlsx", FORM))
    assert [row["企业名称"] for row in rows] == ["填过"]
    row = rows[0]
    assert row["类别"] == "企业自评" and row["数据日期"] == datetime(2026, 3, 1)
    links, codes = row["经营管理数字化覆盖环节"], row["经营管理数字化覆盖环节（代码）"]
    assert re.fullmatch(r"[A-I](,[A-I])*", codes) and len(links.split("、")) == len(codes.split(","))
    assert 22 in row.values() and 40 in row.values()
    assert "数字画像" in about["本表说明"] or "答案" in about["本表说明"]


def test_newer_answers_replace_older_ones_and_onsite_ones_stand_apart(app: Flask, officer: Visitor) -> None:
    id_ = verified_firm(app, name="甲")
    common = {"enterprise_id": id_, "source": "self", "form": "digital-portrait", "edition": "2025", "adopted": []}
    common |= {"recorded_at": datetime.fromisoformat("2026-05-01T00:00:00+00:00"), "assessment_id": None}
    said = [
        ("self", date(2026, 2, 1), {"system_integration": "C"}),
        ("self", date(2026, 1, 1), {"system_integration": "B", "management_links": ["B"]}),
        ("onsite", date(2026, 3, 1), {"system_integration": "A"}),
    ]
    with writing(engine(app)) as session:
        rows = [{**common, "kind": kind, "as_of": day, "answers": answers} for kind, day, answers in said]
        session.execute(insert(Statement), rows)
    own, onsite = read_csv(sent(officer, "csv", FORM))
    assert (own["信息系统集成程度（代码）"], own["经营管理数字化覆盖环节（代码）"]) == ("C", "B")
    assert (onsite["信息系统集成程度（代码）"], onsite["经营管理数字化覆盖环节（代码）"]) == ("A", "")
    assert (own["数据日期"], onsite["类别"]) == ("2026-02-01", "现场核验")


def test_a_long_list_comes_in_batches_and_whole(app: Flask, officer: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(23):
        placed(app, f"企业{number:02}")
    for name in ("FEW", "NEAR"):
        monkeypatch.setattr(firm_find, name, 0)
    monkeypatch.setattr(firm_table, "BATCH", 5)
    monkeypatch.setattr(tables, "BATCH", 4)
    monkeypatch.setattr(workbook, "BATCH", 4)
    every = [f"企业{number:02}" for number in reversed(range(23))]
    assert [row["企业名称"] for row in read_csv(sent(officer, "csv"))] == every
    assert [row["企业名称"] for row in read_xlsx(sent(officer, "xlsx"))[1]] == every


def test_each_export_is_in_the_log(app: Flask, officer: Visitor) -> None:
    verified_firm(app, name="某企业")
    sent(officer, "csv", status="open", text="某企业")
    with reading(engine(app)) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "list_export")).one()
    assert entry.detail == {"content": "list", "file": "csv", "filters": {"text": "*", "status": "open"}}
    assert "导出企业名单" in officer.get("/district/log/").get_data(as_text=True) or entry.actor_role == "officer"


def test_nothing_to_export_is_said(app: Flask, officer: Visitor) -> None:
    officer.get("/district/export/?text=没有")
    assert "没有可导出的内容" in officer.page


@pytest.mark.parametrize("sent_fields", [{"content": "x"}, {"file": "exe"}, {"content": "no/1", "file": "csv"}])
def test_what_no_form_sends_is_refused(app: Flask, officer: Visitor, sent_fields: dict[str, str]) -> None:
    verified_firm(app)
    officer.get("/district/export/")
    assert officer.post("/district/export/", sent_fields).status_code == 400


def test_a_foreign_division_is_not_there(app: Flask, officer: Visitor) -> None:
    verified_firm(app)
    officer.get("/district/export/")
    assert officer.post("/district/export/?division=1", {"content": "list", "file": "csv"}).status_code == 404


def test_a_full_sheet_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    rows: list[tuple[str | int, ...]] = [(str(number), number) for number in range(5)]
    data = b"".join(tables.as_xlsx(Table("名单", ("甲", "乙"), rows, [("说", "明")], "说明")))
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["说明", "名单", "名单 2", "名单 3"]
    assert [list(sheet.values) for sheet in book.worksheets[1:]] == [
        [("甲", "乙"), ("0", 0), ("1", 1)], [("甲", "乙"), ("2", 2), ("3", 3)], [("甲", "乙"), ("4", 4)],
    ]  # fmt: skip


def test_a_text_of_any_length_and_kind_is_written(app: Flask) -> None:
    texts = ["长" * 10_000, "太长" * 20_000, "\x00\x01\ud800", '=HYPERLINK("x")', ""]
    table = Table("名单", ("甲",), [[text] for text in texts], [], "说明")
    sheet = load_workbook(io.BytesIO(b"".join(tables.as_xlsx(table)))).worksheets[1]
    read = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert read[0] == texts[0] and len(str(read[1])) == workbook.MOST_CHARACTERS and read[3] == texts[3]
    assert b"".join(tables.as_csv(table)).decode("utf-8-sig").splitlines()[1] == texts[0]


def test_letters_of_columns() -> None:
    assert [workbook._letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_merged_file_is_not_exported(app: Flask, officer: Visitor) -> None:
    id_ = verified_firm(app, name="并掉")
    verified_firm(app, name="留下", credit_code="91110105MA1WX9TL3G")
    with writing(engine(app)) as session:
        session.execute(update(Enterprise).where(Enterprise.id == id_).values(status="merged"))
    assert [row["企业名称"] for row in read_csv(sent(officer, "csv"))] == ["留下"]
