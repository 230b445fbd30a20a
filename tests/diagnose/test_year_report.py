"""年度工作推进报告: what it says, in Word and in Excel, to the byte."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from flask import Flask

from diagnose import wording
from diagnose.db import reading, writing
from diagnose.models import AuditEntry, Plan, TargetActual, TargetShare
from diagnose.reports.year_excel import excel
from diagnose.reports.year_word import word
from diagnose.services import report_year
from diagnose.services.report_year import YearReport
from tests.diagnose.cast import all_of, engine
from tests.diagnose.target_stage import CITY, DAY, OTHER, Stage, division
from tests.diagnose.test_targets_pages import officer, push
from tests.people import HERE


def staged(app: Flask) -> Plan:
    """A plan of the city: 10 小巨人 split 7 and 4, of which 3 and 4 are there; a rate by hand; 贯标 of 7 firms: 1."""
    stage = Stage(app)
    plan = stage.plan(value="10")
    stage.plan(title="=1+1上市", value="80", unit="%", kind="rate", measure="")
    stage.plan(title="贯标", value="100", unit="%", kind="rate", measure="iiims.srdi")
    mine, theirs = stage.firms(3, "little_giant"), stage.firms(4, "little_giant", OTHER)
    stage.fact(mine[0], "iiims", "A")
    stage.verdict(theirs[0])
    by_hand = all_of(app, Plan)[1]
    with writing(engine(app)) as session:
        for place, value in ((HERE, "7"), (OTHER, "4")):
            share = {"target_id": plan.targets[0].id, "division_id": division(app, place).id}
            session.add(TargetShare(year=0, value=value, **share))
        session.add(TargetShare(target_id=plan.targets[0].id, division_id=division(app).id, year=2024, value="8"))
        row = TargetActual(target_id=_target(app, by_hand), division_id=division(app).id, on=date(2024, 5, 1))
        row.value, row.note, row.recorded_at = "20.5", "=统计局5月通报", wording.now()
        session.add(row)
    return plan


def _target(app: Flask, plan: Plan) -> int:
    with reading(engine(app)) as session:
        return session.get_one(Plan, plan.id).targets[0].id


def report(app: Flask, place: str = CITY) -> YearReport:
    with reading(engine(app)) as session:
        return report_year.gather(session, division(app, place), 2024, DAY)


def test_report_gathers_targets_ranks_and_where_help_is_needed(app: Flask) -> None:
    staged(app)
    found = report(app)
    assert (found.whole, found.firms, found.day, found.synthetic) == ("江苏省 扬州市", 7, DAY, False)
    stock, by_hand, rate = found.goals
    assert stock.one.actual == 7 and (stock.this_year, stock.gap) == ("≥ 8 家", "还差 3 家")
    assert [(line.rank, line.division.name, line.one.share_text) for line in stock.ranked][:2] == [
        (1, "江都区", "100%"),
        (2, "邗江区", "43%"),
    ]
    assert by_hand.gap == "还差 59.5 个百分点"
    assert rate.one.numerator == 1 and rate.one.denominator == 7
    assert [(line.name, line.behind, line.known) for line in found.help] == [("邗江区", 2, 2)]
    reasons = {reason.title: (reason.count, reason.of, list(reason.worst)) for reason in found.reasons}
    assert reasons == {
        "没有诊断结论": (6, 7, [("邗江区", 3), ("江都区", 3)]),
        "没有两化融合贯标": (6, 7, [("江都区", 4), ("邗江区", 2)]),
    }
    assert found.counts == {"reached": 0, "on_track": 1, "behind": 2, "unknown": 0}


def test_word_has_headings_tables_page_numbers_and_sources(app: Flask) -> None:
    staged(app)
    raw = word(report(app))
    doc = Document(BytesIO(raw))
    texts = [paragraph.text for paragraph in doc.paragraphs]
    assert texts[0] == "扬州市2024年度工作推进报告"
    heads = [paragraph.text for paragraph in doc.paragraphs if paragraph.style and paragraph.style.name == "Heading 1"]
    assert [head[0] for head in heads] == list("一二三四五六")
    assert any("截至2024年6月30日。应诊断企业 7 家" in text for text in texts)
    cells = [cell.text for table in doc.tables for row in table.rows for cell in row.cells]
    assert "7 家" in cells
    assert any("=统计局5月通报" in cell for cell in cells)
    assert any(cell.startswith("当天持有国家专精特新“小巨人”的企业数，截至2024年6月30日") for cell in cells)
    assert "PAGE" in doc.sections[0].footer.paragraphs[0]._p.xml
    assert doc.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"
    assert doc.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"


def test_excel_has_numbers_as_numbers_and_no_formulas(app: Flask) -> None:
    staged(app)
    book = openpyxl.load_workbook(BytesIO(excel(report(app))))
    assert book.sheetnames == ["目标完成", "各地区", "需要帮助", "口径与来源"]
    rows = [[cell.value for cell in row] for row in book["目标完成"].iter_rows()]
    stock = next(row for row in rows if row[1] == "小巨人")
    assert stock[3] == 10
    assert stock[5] == 7
    assert stock[8] == pytest.approx(0.7)
    assert any(row[1] == "=1+1上市" for row in rows)
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_same_report_gives_the_same_bytes(small_app: Flask) -> None:
    staged(small_app)
    assert word(report(small_app)) == word(report(small_app))
    assert excel(report(small_app)) == excel(report(small_app))


def test_one_click_downloads_each_and_is_recorded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    staged(app)
    monkeypatch.setattr(wording, "today", lambda: DAY)
    city = officer(app)
    for kind, start in (("word", b"PK"), ("excel", b"PK")):
        answer = push(city, f"/targets/report/{kind}", {"year": "2024"})
        assert answer.status_code == 200
        assert answer.data.startswith(start)
        assert "attachment" in answer.headers["Content-Disposition"]
    assert [entry.action for entry in all_of(app, AuditEntry)] == ["target_report"] * 2
    for wrong in ("2025", "x", "1000"):
        assert push(city, "/targets/report/word", {"year": wrong}).status_code == 404
    far = str(division(app, "320102").id)
    assert push(city, "/targets/report/word", {"year": "2024", "division": far}).status_code == 404


def test_a_year_without_plans_still_makes_a_report(app: Flask) -> None:
    found = report(app, HERE)
    assert found.plans == []
    assert "没有执行中的计划" in "".join(one.text for one in Document(BytesIO(word(found))).paragraphs)
    assert excel(found)[:2] == b"PK"
