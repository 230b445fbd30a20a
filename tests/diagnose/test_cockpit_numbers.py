"""驾驶舱: the numbers of a small town, each worked out by hand here."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from diagnose.db import reading
from diagnose.models import Division, Term
from tests.conftest import Visitor
from tests.diagnose.cast import engine
from tests.diagnose.cockpit_town import CITY, GUANGLING, HANJIANG, TOWN, ago, build
from tests.people import account, logged_in


@pytest.fixture
def officer(app: Flask) -> Visitor:
    build(app, TOWN)
    return logged_in(app, account(app, "officer", "市里的", CITY))


def text_of(who: Visitor, **asked: str) -> str:
    """The page's text, without tags and runs of spaces."""
    answer = who.get("/cockpit/", query_string=asked)
    assert answer.status_code == 200
    main = who.page[who.page.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main))).replace(" ", "")


def division(app: Flask, code: str) -> int:
    with reading(engine(app)) as session:
        return session.scalars(select(Division.id).where(Division.code == code)).one()


def row(page: str, name: str) -> list[str]:
    """The texts of the cells of the first table row whose head is ``name``."""
    for found in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        cells = [
            re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", found, re.S)
        ]
        if cells and cells[0] == name:
            return cells[1:]
    raise AssertionError(f"no row {name}")


def test_coverage_counts_verified_open_firms_only(officer: Visitor) -> None:
    # In scope: 甲 乙 丙 丁 戊 (己 is unverified, 庚 closed yesterday); 丙 has no verdict: 4 / 5.
    said = text_of(officer)
    assert "80.0%" in said and "已诊断4家，应诊断5家，还没诊断1家" in said


def test_the_three_rates_and_their_denominators(officer: Visitor) -> None:
    # 甲 10/20, 乙 1/10, 戊 3/4, 丁 unknown: mean (0.5 + 0.1 + 0.75) / 3 = 45.0 %; pooled 14 / 34 = 41.2 %.
    said = text_of(officer)
    assert "45.0%3家企业各自比率的平均" in said
    assert "总量之比：41.2%（14/34道）" in said
    # 五个环节: 甲 and 戊 of 甲 乙 丁 戊; 研发工具: 甲 and 丁, while 乙 has no own design and counts as no.
    assert "50.0%2/4家" in said
    assert "答“不适用”的1家仍计入分母" in said


def test_levels_by_district_with_their_total(officer: Visitor) -> None:
    officer.get("/cockpit/")
    table = officer.page[officer.page.index("各级家数表") :]
    # 应诊断 已诊断 覆盖率 未定级 一 二 三 四级 二级及以上 ÷已诊断 ÷应诊断
    assert row(table, "广陵区") == ["3", "2", "66.7%", "0", "1", "0", "1", "0", "1", "50.0%", "33.3%"]
    assert row(table, "邗江区") == ["2", "2", "100.0%", "0", "0", "2", "0", "0", "2", "100.0%", "100.0%"]
    assert row(table, "合计") == ["5", "4", "80.0%", "0", "1", "2", "1", "0", "3", "75.0%", "60.0%"]


def test_onsite_and_best_count_another_verdict(officer: Visitor) -> None:
    assert "已诊断1家，应诊断5家" in text_of(officer, basis="onsite")
    text_of(officer, basis="best")
    table = officer.page[officer.page.index("各级家数表") :]
    assert row(table, "合计") == ["5", "4", "80.0%", "0", "1", "1", "1", "1", "3", "75.0%", "60.0%"]


def test_dimensions_leave_out_firms_to_which_they_do_not_apply(officer: Visitor) -> None:
    officer.get("/cockpit/")
    table = officer.page[officer.page.index("各维度平均得分率和平均分") :]
    # 研发设计 does not apply to 乙: (600 + 450 + 400) / 3 = 48.3 %.
    # 生产制造: (700 + 300 + 450 + 400) / 4 = 46.25 %; 平均分: 175 / 4.
    assert row(table, "合计")[:4] == ["4", "43.75", "48.3%", "46.3%"]


def test_percentiles_are_those_of_firms(officer: Visitor) -> None:
    officer.get("/cockpit/")
    table = officer.page[officer.page.index("P25") :]
    # Scores 25, 40, 45, 65 by nearest rank: the 1st, 2nd and 3rd.
    assert row(table, "平均分") == ["25.00", "40.00", "45.00"]


def test_a_day_in_the_past_is_told_as_now_known(officer: Visitor) -> None:
    # 85 days ago: 甲 and 乙 were diagnosed; 庚 was still open: 2 of 6.
    said = text_of(officer, on=ago(85).isoformat())
    assert "已诊断2家，应诊断6家" in said and "逐家统计：" in said


def test_marks_are_those_of_the_day(app: Flask, officer: Visitor) -> None:
    assert row(_page(officer), "高新技术企业")[:1] == ["2/5"]
    assert re.search("没有企业持有：[^。]*国家专精特新“小巨人”企业", _page(officer))
    assert row(_page(officer, on=ago(60).isoformat()), "国家专精特新“小巨人”企业")[:1] == ["1/6"]


def _page(who: Visitor, **asked: str) -> str:
    who.get("/cockpit/", query_string=asked)
    return html.unescape(who.page[who.page.index('id="h-marks"') :])


def test_filters_and_breakdowns(app: Flask, officer: Visitor) -> None:
    assert "已诊断1家，应诊断1家" in text_of(officer, industry="34")
    assert "已诊断3家，应诊断4家" in text_of(officer, size="2")
    assert "已诊断1家，应诊断2家" in text_of(officer, mark="7")
    assert "已诊断0家，应诊断1家" in text_of(officer, mark="7", division=str(division(app, GUANGLING)))
    with reading(engine(app)) as session:
        chain = session.scalars(select(Term.id).where(Term.kind == "chain")).one()
    assert "已诊断1家，应诊断1家" in text_of(officer, chain=str(chain))
    text_of(officer, by="chain")
    assert row(officer.page[officer.page.index('id="h-lv"') :], "高端装备")[0] == "1/1"


def test_two_filters_are_counted_firm_by_firm_and_say_so(officer: Visitor) -> None:
    said = text_of(officer, industry="33", size="2")
    assert "已诊断3家，应诊断4家" in said and "逐家统计：" in said
    assert "累计数：" in text_of(officer, industry="33")


def test_a_leaf_is_broken_down_by_locality(app: Flask, officer: Visitor) -> None:
    text_of(officer, division=str(division(app, HANJIANG)))
    assert "未填园区或街道" in officer.page


def test_an_empty_district_says_what_to_do_first(app: Flask) -> None:
    who = logged_in(app, account(app, "officer", "空的", HANJIANG))
    assert "导入企业名单" in text_of(who)
