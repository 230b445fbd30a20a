"""The PDF: every text on it is text, in the packaged font, with its number on each page; same input, same bytes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from diagnose.catalog import load_catalog
from diagnose.reports import pdf as pdf_module
from diagnose.reports.document_data import axes, legend
from diagnose.reports.fonts import covered, missing_glyphs
from diagnose.reports.mark import Mark
from diagnose.reports.pdf import jpeg_size, pdf, shown
from diagnose.reports.radar import draw_frame, draw_scale, draw_series, planned
from diagnose.reports.radar_layers import layered_png, layered_svg
from diagnose.services.document_parts import Scheme
from diagnose.services.document_values import DocumentContent
from tests.diagnose.document_stage import LONG, RARE, Documents, hostile
from tests.diagnose.photos import jpeg
from tests.diagnose.test_charts import assert_whole_and_apart

MARK = Mark(
    "ZZ7K-3M9Q-TX2B-8WPD", "https://zhizhen.example.cn/verify/ZZ7K-3M9Q-TX2B-8WPD", datetime(2026, 6, 5, 3, tzinfo=UTC)
)
RARE_NAMES = "㙦𬭎𠮷䶮㛃𫖮龘鑫喆堃淼焱犇骉麤𠔻䲜〇㊣é🏭"
BREAKS = "\u200b"


def pages(content: DocumentContent, mark: Mark | None = MARK) -> list[str]:
    """The text of each page, without spaces and line ends."""
    with pypdfium2.PdfDocument(pdf(content.kind, content, mark)) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return [re.sub(r"[\s\u200b\ufffe\x02]", "", text) for text in texts]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(one)


def test_every_text_of_schemes_forms_and_library_has_its_glyphs(documents: Documents) -> None:
    catalog = load_catalog()
    texts = [
        text for rules in catalog.rulesets.values() for text in (rules.title, rules.check or "", rules.document or "")
    ]
    texts += [each.title for rules in catalog.rulesets.values() for each in rules.dimensions]
    texts += [each.title for rules in catalog.rulesets.values() for each in rules.levels]
    texts += [text for one in catalog.dictionary.indicators.values() for text in (one.title, one.short, one.scope)]
    texts += [label for fact in catalog.dictionary.facts.values() for label in (fact.options or {}).values()]
    library = [entry for one in catalog.libraries.values() for rows in one.by_indicator.values() for entry in rows]
    texts += [text for entry in library for text in (entry.name, entry.do, entry.needs, entry.done)]
    assert len(texts) > 1000
    assert missing_glyphs("".join(texts)) == set()


@pytest.mark.parametrize("name", ["whole", "onsite", "rare"])
def test_everything_that_is_set_has_its_glyph(documents: Documents, name: str) -> None:
    data = pdf_module._data(documents[name].kind, documents[name], MARK)
    texts = [text for text in strings(data) if not text.startswith("<")]
    assert len(texts) > 200
    assert missing_glyphs("".join(texts)) <= {BREAKS}


def test_rare_characters_come_out_or_are_written_out() -> None:
    for character in RARE_NAMES:
        expected = character if ord(character) in covered() else f"〔U+{ord(character):04X}〕"
        assert shown(character) == expected
    assert {"㙦", "𬭎", "䶮"} <= {one for one in RARE_NAMES if shown(one) == one}
    assert shown("𠮷") == "〔U+20BB7〕" and shown("🏭") == "〔U+1F3ED〕"


def test_rare_and_long_names_are_whole_on_the_cover(documents: Documents) -> None:
    assert RARE.replace("𠮷", "〔U+20BB7〕") in pages(documents["rare"])[0]
    cover, *rest = pages(documents["zero"])
    assert LONG in cover
    assert all(LONG not in page and "江苏省扬州市邗江区高端装备" in page for page in rest)


def test_number_page_and_edition_stand_on_every_page(documents: Documents) -> None:
    found = pages(documents["whole"])
    assert len(found) == 6
    assert all(MARK.number in page for page in found)
    assert all(
        f"第{number}页，共6页" in page and "digital-portrait/2025" in page for number, page in enumerate(found[1:], 2)
    )
    assert "https://zhizhen.example.cn/verify/" in found[0] and "未签发" not in "".join(found)


def test_a_draft_says_so_on_every_page(documents: Documents) -> None:
    found = pages(documents["top"], None)
    assert all("未签发" in page for page in found)
    assert "编号" not in "".join(page.replace("编号和数字签名", "") for page in found)


def test_the_parts_of_each_kind_are_there(documents: Documents) -> None:
    own, report = "".join(pages(documents["whole"])), "".join(pages(documents["onsite"]))
    for part in (
        "等级与各维度",
        "几把标尺并列",
        "瓶颈问题",
        "提升路径与路线图",
        "历次变化",
        "事实与来源",
        "佐证清单",
        "方法与版本",
    ):
        assert part in own
    for part in (
        "企业概况",
        "诊断过程",
        "现状评估",
        "问题与差距",
        "改造目标与路线图",
        "投资估算与效益",
        "政策与服务匹配",
        "附件",
    ):
        assert part in report
    assert "待核" in own and "顾问甲" in report and "三号车间数控机床铭牌3" in report and "现场照片" in report


def test_same_input_gives_the_same_bytes(documents: Documents) -> None:
    for name in ("whole", "onsite"):
        assert pdf(documents[name].kind, documents[name], MARK) == pdf(documents[name].kind, documents[name], MARK)
    assert pdf("dossier", documents["top"], None) == pdf("dossier", documents["top"], None)
    assert len(pdf("dossier", documents["whole"], MARK)) <= 250 * 1024


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("#set page(fill: red) $x^2$ *b* _i_ `c` [d] <e> @f // g", "#setpage(fill:red)$x^2$*b*_i_`c`[d]<e>@f//g"),
        ('{{7*7}} <b>&amp;</b> =1+1 "a" \\u{41}', '{{7*7}}<b>&amp;</b>=1+1"a"\\u{41}'),
        ("甲\u202e乙\u200f丙\u2066丁", "甲乙丙丁"),
        ("厂😀房👨‍👩‍👧", "厂〔U+1F600〕房〔U+1F468〕〔U+1F469〕〔U+1F467〕"),
    ],
)
def test_hostile_texts_come_out_as_text(documents: Documents, typed: str, seen: str) -> None:
    own, report = hostile(typed, documents["whole"]), hostile(typed, documents["onsite"])
    assert "".join(pages(own)).count(seen) >= 3
    assert "".join(pages(report)).count(seen) >= 8


def test_ten_thousand_characters_flow_over_the_pages(documents: Documents) -> None:
    for sign in ("长", "w"):
        text = "".join(pages(replace(documents["whole"], needs=sign * 10_000)))
        assert text.count(sign) >= 10_000


def test_right_to_left_marks_never_reach_the_page() -> None:
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]", shown("a\u202eb\u2066c\u200fd\u061ce"))


def schemes(documents: Documents) -> list[Scheme]:
    return [scheme for name in ("whole", "zero", "top") for scheme in documents[name].schemes]


def test_labels_of_every_radar_are_inside_and_apart(documents: Documents) -> None:
    for scheme in schemes(documents):
        shares = axes(scheme)
        plan = planned(shares, legend(scheme).get("own", ""), legend(scheme).get("compare", ""), "不适用", "")
        sheet = plan.sheet()
        web = plan.web(sheet)
        draw_frame(web, plan)
        draw_scale(web, 0)
        assert_whole_and_apart(sheet)
        FigureCanvasAgg(sheet.figure)
        written = "".join(text.get_text() for text in sheet.figure.findobj(Text))
        assert all(one.label.replace(" ", "") in written.replace(" ", "") for one in shares)


def test_the_layers_are_the_picture_of_the_radar(documents: Documents) -> None:
    """Frame, lines and percents one above the other hold what the whole radar holds."""
    for scheme in schemes(documents):
        shares = axes(scheme)
        svg = layered_svg(shares, not_applicable="不适用").decode()
        plan = planned(shares, "", "", "不适用", "")
        sheet = plan.sheet()
        draw_series(plan.web(sheet), shares, False, False)
        assert svg.startswith("<svg") and svg.endswith("</svg>") and svg.count("<svg") == 1
        assert svg.count("#1664c0") >= sheet.svg("").decode().count("#1664c0") > 0
        assert layered_png(shares, not_applicable="不适用").startswith(b"\x89PNG")


def test_size_of_a_photo_is_read_from_its_header() -> None:
    assert jpeg_size(jpeg((64, 48))) == (64, 48)
    assert jpeg_size(b"\xff\xd8") == (4, 3)
