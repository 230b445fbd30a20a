"""Excel: numbers are numbers, texts never formulas. JSON: facts and trace, which stand up to an independent check."""

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from diagnose.reports.documents import ENDINGS, FORMATS, MEDIA, render
from diagnose.services.document_values import DocumentContent
from scoring.verify import main as verify
from tests.diagnose.document_stage import Documents, hostile
from tests.diagnose.test_document_pdf import MARK


def opened(content: DocumentContent) -> dict[str, Worksheet]:
    book = openpyxl.load_workbook(BytesIO(render(content.kind, "excel", content, MARK)))
    return {sheet.title: sheet for sheet in book.worksheets}


def column(sheet: Worksheet, head: str) -> list[object]:
    """The cells under a head."""
    rows = list(sheet.iter_rows(values_only=True))
    return [row[rows[0].index(head)] for row in rows[1:]]


def test_numbers_are_numbers(documents: Documents) -> None:
    sheets = opened(documents["whole"])
    assert column(sheets["几把标尺"], "得分")[0] == 66.89
    assert column(sheets["各维度"], "得分")[0] == 10 and column(sheets["各维度"], "满分")[0] == 15
    assert column(sheets["各维度"], "得分率")[0] == pytest.approx(2 / 3)
    assert column(sheets["提升路径"], "费用下限（万元）") == [20, 5, 3, 0]
    assert column(sheets["路线图"], "预算（万元）") == [40, 8.75, 3, 2]
    assert column(sheets["历次变化"], "比上次") == [3.44, None]
    assert all(isinstance(one, int | float) for one in column(sheets["逐题得分"], "得分"))
    formats = {cell.number_format for cell in sheets["各维度"]["E"][1:]}
    assert formats == {"0.0%"}


def test_the_report_of_a_visit_has_its_sheets(documents: Documents) -> None:
    sheets = opened(documents["onsite"])
    assert {"诊断过程", "自评与现场", "政策匹配", "佐证清单", "事实与来源"} <= sheets.keys()
    assert len(column(sheets["佐证清单"], "说明")) == 3
    assert "诊断过程" not in opened(documents["whole"])


@pytest.mark.parametrize(
    "typed", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "{=A1}", "http://x.example", "<b>&"]
)
def test_texts_are_never_formulas_or_links(documents: Documents, typed: str) -> None:
    for sheet in opened(hostile(typed, documents["onsite"])).values():
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
    sheets = opened(hostile(typed, documents["onsite"]))
    assert column(sheets["佐证清单"], "说明") == [typed] * 3


def test_long_and_strange_texts_fit_into_a_cell(documents: Documents) -> None:
    for typed, seen in (("长" * 40_000, "长" * 32_767), ("a\u202eb\x00c😀", "a〔U+202E〕b〔U+0000〕c😀")):
        assert column(opened(hostile(typed, documents["onsite"]))["佐证清单"], "说明") == [seen] * 3


@pytest.mark.parametrize("format", ["excel", "json"])
def test_same_input_gives_the_same_bytes(documents: Documents, format: str) -> None:
    one = render("onsite", format, documents["onsite"], MARK)
    assert render("onsite", format, documents["onsite"], MARK) == one
    assert render("onsite", format, documents["onsite"], None) != one


def test_json_says_what_the_document_says_as_it_was_typed(documents: Documents) -> None:
    for typed in ("=1+1 #set {{7*7}} <b>&", "甲\u202e乙😀", "长" * 10_000):
        said = json.loads(render("onsite", "json", hostile(typed, documents["onsite"]), MARK))
        assert said["document"]["firm"]["name"] == typed and said["document"]["needs"] == typed
    about = said["document"]
    assert (about["number"], about["address"], about["issued_at"]) == (
        *(MARK.number, MARK.address),
        "2026-06-05T03:00:00+00:00",
    )
    assert "picture" not in about["evidence"][0] and about["visit"]["base"].startswith("企业数字画像")
    assert said["facts"]["key_processes_cnc"] | {"recorded_at": ""} == {
        "value": 12,
        "as_of": said["facts"]["key_processes_cnc"]["as_of"],
        "recorded_at": "",
        "source": "onsite",
    }


@pytest.mark.parametrize("name", ["whole", "onsite", "zero", "top"])
def test_json_stands_up_to_the_independent_check(
    documents: Documents, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(render(documents[name].kind, "json", documents[name], None))
    assert verify(path) == 0
    assert "agree" in capsys.readouterr().out
    changed = json.loads(path.read_bytes())
    changed["trace"]["level"] = (changed["trace"]["level"] + 1) % 5
    path.write_text(json.dumps(changed), "utf-8")
    assert verify(path) == 1


def test_every_format_is_rendered_and_no_other(documents: Documents) -> None:
    starts = {"pdf": b"%PDF-", "word": b"PK", "excel": b"PK", "json": b"{"}
    for format in FORMATS:
        assert render("dossier", format, documents["top"]).startswith(starts[format])
    assert ENDINGS.keys() == MEDIA.keys() == {*FORMATS}
    with pytest.raises(KeyError):
        render("dossier", "html", documents["top"])
