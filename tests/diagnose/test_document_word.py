"""Word: only the documented fields; LibreOffice opens the result; templates that reach further are refused."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import docx
import pypdfium2
import pypdfium2.raw
import pytest
from docx.document import Document

from diagnose.config import PROJECT
from diagnose.reports.word import check_template, packaged, word
from diagnose.reports.word_build import build
from diagnose.reports.word_fields import TemplateRefused, paths
from diagnose.services.document_values import DocumentContent
from tests.diagnose.document_stage import Documents, hostile
from tests.diagnose.test_document_pdf import MARK

FIELDS = PROJECT / "docs" / "word-templates.md"
KIND_NAMES = {"text": "文字", "number": "整数", "flag": "是否", "picture": "图"}


def opened(content: DocumentContent, template: bytes | None = None) -> Document:
    return docx.Document(BytesIO(word(content.kind, content, MARK, template)))


def texts(document: Document) -> str:
    """All text of the body, headers and footers."""
    parts = [document.element.body, *(p._element for s in document.sections for p in (s.header, s.footer))]
    return "".join(node.text or "" for part in parts for node in part.iter() if node.tag.endswith("}t"))


def template_of(*lines: str) -> bytes:
    """A template of a few paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_documents_open_with_their_tables_and_pictures(documents: Documents) -> None:
    whole, report = opened(documents["whole"]), opened(documents["onsite"])
    assert (len(whole.tables), len(whole.inline_shapes)) == (8, 7)  # radar, three rulers, QR, course, plan
    assert (len(report.tables), len(report.inline_shapes)) == (15, 10)  # and three photos
    rows = [[cell.text for cell in row.cells] for row in whole.tables[1].rows]
    assert rows[0][0] == "维度" and rows[1][:2] == ["研发设计数字化", "10.000 / 15"] and len(rows) == 7
    assert MARK.number in texts(whole) and "未签发" not in texts(whole)
    draft = texts(docx.Document(BytesIO(word("dossier", documents["top"], None))))
    assert "未签发" in draft and "编号 " not in draft


def test_chapters_without_steps_or_policies_say_so(documents: Documents) -> None:
    whole = documents["onsite"]
    assert whole.way
    bare = replace(whole, way=replace(whole.way, steps=(), cost=""), policies=())
    said = texts(opened(bare))
    assert "还没有确定步骤和费用" in said and "合计 万元" not in said and "没有匹配到收录的政策" in said
    assert "还没有确定步骤和费用" not in texts(opened(whole))


def test_libreoffice_shows_tables_and_pictures(documents: Documents, tmp_path: Path) -> None:
    for name in ("whole", "onsite"):
        (tmp_path / f"{name}.docx").write_bytes(word(documents[name].kind, documents[name], MARK))
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice Writer is missing; script/test installs it"
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = [soffice, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    files = [str(tmp_path / f"{name}.docx") for name in ("whole", "onsite")]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=180)
    for name, pictures in (("whole", 7), ("onsite", 10)):
        with pypdfium2.PdfDocument(tmp_path / f"{name}.pdf") as document:
            kinds = [one.type for page in document for one in page.get_objects()]
            text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_bounded() for page in document))
        assert kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE) == pictures
        assert "66.89" in text and "{{" not in text and "{%" not in text
        assert MARK.number in text and "集成级（三级）" in text


def test_same_input_gives_the_same_bytes(documents: Documents) -> None:
    one = word("onsite", documents["onsite"], MARK)
    assert word("onsite", documents["onsite"], MARK) == one
    with zipfile.ZipFile(BytesIO(one)) as package:
        assert {info.date_time[0] for info in package.infolist()} == {1980}
        about = ElementTree.fromstring(package.read("docProps/core.xml"))
    moments = [node.text for node in about if "dcterms" in str(node.attrib) or "created" in node.tag]
    assert moments and all(moment == "2026-06-05T03:00:00Z" for moment in moments)


def test_packaged_templates_are_those_of_the_yaml_and_pass_the_check() -> None:
    for kind in ("dossier", "onsite"):
        assert packaged(kind) == build(kind)
        check_template(packaged(kind), kind)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{{ firm.__class__ }}", "firm.__class__"),
        ("{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ firm['__class__'] }}", "firm[…]"),
        ("{{ firm.name.__class__ }}", "firm.name.__class__"),
        ("{{ firm.secret }}", "firm.secret"),
        ("{{ facts_read }}", "facts_read"),
        ("{{ trace.sha256 }}", "“trace”"),
        ("{{ self }}", "self"),
        ("{{ lipsum(3) }}", "lipsum(…)"),
        ("{{ range(9999999) }}", "range(…)"),
        ("{{ firm | attr('__class__') }}", "| attr"),
        ("{{ firm.name | join(*firm.__class__) }}", "| join"),
        ("{{ firm.name | join(**firm.__class__) }}", "| join"),
        ("{{ roadmap.items() }}", "roadmap.items(…)"),
        ("{%p for one in facts %}{{ one.password }}{%p endfor %}", "one.password"),
        ("{%p if false %}{{ config }}{%p endif %}", "config"),
        ("{%p for letter in firm.name %}{{ letter }}{%p endfor %}", "firm.name"),
        ("{%p set x = 1 %}", "assign"),
        ("{%p include 'x' %}", "include"),
        ("{%p for one in facts %}", "for"),
        ("{{ firm.name ", ""),
    ],
)
def test_a_template_that_reaches_further_is_refused_by_name(documents: Documents, line: str, named: str) -> None:
    pieces = re.split(r"(?<=%})(?={{)|(?<=}})(?={%)", line)
    for use in (
        lambda: check_template(template_of(*pieces), "dossier"),
        lambda: word("dossier", documents["top"], MARK, template_of(*pieces)),
    ):
        with pytest.raises(TemplateRefused) as refused:
            use()
        assert named in str(refused.value) and "没有采用这个模板" in str(refused.value)


def test_a_file_that_is_no_template_is_refused() -> None:
    with zipfile.ZipFile(empty := BytesIO(), "w") as package:
        package.writestr("x", "x")
    for data in (b"", b"%PDF-1.7", empty.getvalue()):
        with pytest.raises(TemplateRefused, match="Word"):
            check_template(data, "dossier")


def test_an_admins_template_is_used(documents: Documents) -> None:
    own = template_of(
        "{{ firm.name }}", "{%p for one in bottlenecks %}", "{{ loop.index }} {{ one.title }}", "{%p endfor %}"
    )
    check_template(own, "dossier")
    lines = [paragraph.text for paragraph in opened(documents["whole"], own).paragraphs]
    assert lines[:2] == ["甲精密部件有限公司", "1 信息系统集成程度"]


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("<w:p/> & \"q\" 'a' #set page {{7*7}} {% if %} {_{7}_} =1+1", None),
        ("甲\u202e乙\u200f丙\x07丁", "甲〔U+202E〕乙〔U+200F〕丙〔U+0007〕丁"),
        ("厂😀房👨‍👩‍👧", None),
        ("长" * 10_000, None),
    ],
)
def test_hostile_texts_come_out_as_text(documents: Documents, typed: str, seen: str | None) -> None:
    report = opened(hostile(typed, documents["onsite"]))
    expected = (seen or typed).replace("{_{", "{{").replace("}_}", "}}")  # docxtpl's own way to write braces
    assert texts(report).count(expected) >= 8


def test_lines_of_a_note_stay_lines(documents: Documents) -> None:
    report = opened(hostile("第一行\n第二行", documents["onsite"]))
    assert any(cell.text == "第一行\n第二行" for table in report.tables for row in table.rows for cell in row.cells)


def test_the_fields_are_those_of_the_documentation() -> None:
    documented = re.findall(r"^\| `([^`]+)` \| (\S+) \|", FIELDS.read_text("utf-8"), re.MULTILINE)
    assert documented == [(name, KIND_NAMES[kind]) for name, kind in paths()]
