"""What people get wrong when they start a file: a sentence at the field, everything they typed still there."""

import re
from datetime import timedelta
from html import escape, unescape

import pytest
from flask import Flask

from diagnose import wording
from diagnose.models import Enterprise
from tests.conftest import Visitor
from tests.diagnose.cast import File, all_of, counts, open_file
from tests.firms import CREDIT_CODE, FIRM

STRANGE_NAMES = [
    "A$B${x}公司",
    "<script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "😀👩\u200d🏭工厂",
    "\u202e司公\u202c",
    "\u200f\u061c公司",
    "字" * 200,
    "😀" * 200,
    "'\";--' OR 1=1",
    "%s%(x)s\\n",
]


def step(app: Flask, fields: dict[str, str]) -> tuple[int, str]:
    """Status and page of one posted step of /new."""
    visitor = Visitor(app)
    visitor.get("/new")
    answer = visitor.post("/new", fields)
    return answer.status_code, answer.text


def refused(app: Flask, field: str, message: str, **wrong: str) -> str:
    """Post the firm with one wrong field: the message stands at it, and nothing was stored."""
    status, page = step(app, {"step": "save", **FIRM, **wrong})
    assert status == 422
    assert "还没有保存" in page or "填好的内容都还在下面，没有丢。" in page
    assert f'href="#{field}"' in page and message in unescape(page)
    assert set(counts(app).values()) == {0}
    return page


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "请填写营业执照上的 18 位统一社会信用代码"),
        ("   ", "请填写营业执照上的 18 位统一社会信用代码"),
        (CREDIT_CODE[:-1] + "M", "校验位对不上"),
        (CREDIT_CODE[:-2] + "2L", "校验位对不上"),
        (CREDIT_CODE[:-1], "统一社会信用代码是 18 位，现在是 17 位"),
        (CREDIT_CODE + "0", "统一社会信用代码是 18 位，现在是 19 位"),
        ("1" * 5000, "现在是 5000 位"),
        *((CREDIT_CODE[:12] + letter + CREDIT_CODE[13:], "没有 I、O、Z、S、V") for letter in "IOZSVioé"),
        ("9111000A600037341L", "前 8 位是数字"),
        ("企业企业企业企业企业企业企业企业企业", "里面有不该出现的字符"),
        ("9111000060003734\ufffdL", "里面有无法识别的字符"),
        ("9111000060003734\x00L", "里面有无法识别的字符"),
    ],
)
def test_wrong_credit_code_is_explained_and_kept(small_app: Flask, code: str, message: str) -> None:
    status, page = step(small_app, {"step": "code", "credit_code": code})
    assert status == 422
    assert message in page and 'aria-invalid="true"' in page
    assert set(counts(small_app).values()) == {0}


@pytest.mark.parametrize(
    "code", [CREDIT_CODE.lower(), f" {CREDIT_CODE} ", "9111 0000 6000 3734 1L", "９１１１００００６０００３７３４１Ｌ"]
)
def test_credit_code_is_understood_as_people_copy_it(small_app: Flask, code: str) -> None:
    status, page = step(small_app, {"step": "code", "credit_code": code})
    assert status == 200 and f"统一社会信用代码 {CREDIT_CODE}" in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("credit_code", CREDIT_CODE[:-1] + "M", "校验位对不上"),
        ("name", "", "请填写营业执照上的企业名称"),
        ("name", "字" * 201, "企业名称最多 200 个字"),
        ("name", "甲\ufffd公司", "里面有无法识别的字符"),
        ("name", "甲\x00公司", "里面有无法识别的字符"),
        ("province", "", "请选择省份"),
        ("division", "", "请选择所在区县"),
        ("division", "110101", "请选择所在区县"),
        ("division", "321003\x00", "请选择所在区县"),
        ("industry", "999", "请选择所属行业"),
        ("process_type", "both", "请选择离散型或流程型"),
        ("staff", "", "请填写从业人员，没有就填 0"),
        ("staff", "-1", "要填 0 或正整数"),
        ("staff", "1e3", "要填 0 或正整数"),
        ("revenue", "", "请填写上年度营业收入，没有就填 0"),
        ("revenue", "8千万", "要填不小于 0 的数，单位是万元"),
        ("assets", "1.234", "要填不小于 0 的数，单位是万元"),
        ("as_of", "", "请填写日期"),
        ("as_of", (wording.today() + timedelta(days=1)).isoformat(), "日期还没有到"),
        ("as_of", "9999-12-31", "日期还没有到"),
    ],
)
def test_wrong_field_gets_its_sentence_and_the_rest_stays_typed(
    small_app: Flask, field: str, value: str, message: str
) -> None:
    page = refused(small_app, field, message, **{field: value})
    for kept in ("name", "staff", "revenue"):
        shown = value if kept == field else FIRM[kept]
        assert f'value="{escape(shown.strip())}"' in page.replace("&#39;", "&#x27;") or "\x00" in shown, kept


@pytest.mark.parametrize(
    "day", ["2026-02-30", "tomorrow", "1.3.2026", "2026-13-01", "99999-01-01", "\x00", "٢٠٢٦-٠١-٠١"]
)
def test_impossible_day_gets_a_chinese_sentence(small_app: Flask, day: str) -> None:
    page = refused(small_app, "as_of", "日期", as_of=day)
    assert not re.search(r"Not a valid|not match|format", page)


def test_today_is_no_future_day(small_app: Flask) -> None:
    file = open_file(small_app, as_of=wording.today().isoformat())
    assert wording.day(wording.today()) in file.holder.get(f"{file.draft}/page/design").get_data(as_text=True)


def test_strange_name_works_everywhere_and_is_shown_as_text(app: Flask) -> None:
    for name in STRANGE_NAMES:
        file = open_file(app, name=name).submitted()
        assert file.enterprise().name == name
        for path in ("/", "/firm", "/erase"):
            page = file.holder.get(f"{file.address}{path}").get_data(as_text=True)
            assert name in unescape(page), name
            assert "<script>alert" not in page and "<b>" + name not in page
        assert file.holder.get(f"{file.address}/data.json").get_json()["enterprise"]["name"] == name
        assert name in unescape(file.holder.get("/").get_data(as_text=True))


def test_wrong_change_of_the_firm_is_refused_and_kept_on_the_page(file: File) -> None:
    answer = file.post("firm", {**FIRM, "step": "save", "name": "乙" * 201, "staff": "many"})
    assert answer.status_code == 422
    assert "有 2 处需要修改" in answer.text and "乙" * 201 in answer.text and 'value="many"' in answer.text
    assert file.enterprise().name == FIRM["name"] and file.enterprise().profile["staff"] == 186


def test_listing_the_districts_of_a_province_stores_nothing_and_loses_nothing(small_app: Flask) -> None:
    status, page = step(small_app, {**FIRM, "step": "province", "province": "110000", "name": "甲\n公司", "staff": "x"})
    assert status == 200 and "东城区" in page and 'value="x"' in page
    assert all_of(small_app, Enterprise) == []


@pytest.mark.parametrize("missing", ["step", "name", "credit_code", "as_of", "division"])
def test_half_a_form_is_no_crash(small_app: Flask, missing: str) -> None:
    fields = {name: value for name, value in {"step": "save", **FIRM}.items() if name != missing}
    status, page = step(small_app, fields)
    assert status in (302, 422), page
