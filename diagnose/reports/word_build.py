"""Writes the packaged Word templates from templates/word.yaml: ``python -m diagnose.reports.word_build``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from diagnose.reports.package import repacked
from questionnaires.strict import load_yaml

TEMPLATES = Path(__file__).parent / "templates"
BODY, HEADING = "宋体", "黑体"
ACCENT, INK_2, INK_3, SOFT, GROUP, LINE = "0E478C", "465263", "5D6979", "E9F1FB", "F4F6F9", "D8DEE6"
CHANGED = datetime(2026, 1, 1)
STYLES = {"Normal": (BODY, 10.5, None), "Heading 1": (HEADING, 15, ACCENT), "Heading 2": (HEADING, 12, None)}
# Paragraphs of the cover and notes: size, colour, space before in points.
LOOKS = {
    "brand": (11, ACCENT, 80),
    "title": (30, None, 20),
    "firm": (18, None, 20),
    "level": (20, ACCENT, 24),
    "p": (10.5, None, 3),
    "small": (9, INK_3, 2),
}
PAIR_WIDTHS = (40, 134)


def build(kind: str) -> bytes:
    """The template of one kind of document; always the same bytes."""
    spec = load_yaml(TEMPLATES / "word.yaml")
    doc = Document()
    _styles(doc)
    _page(doc)
    _blocks(doc, spec[kind], spec["shared"])
    about = doc.core_properties
    about.title = about.comments = about.last_modified_by = about.author = ""
    about.created = about.modified = CHANGED
    raw = BytesIO()
    doc.save(raw)
    return repacked(raw)


def _blocks(doc: Doc, blocks: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> None:
    for block in blocks:
        (what, value), *_ = block.items()
        match what:
            case "use":
                _blocks(doc, shared[value], shared)
            case "when" | "each":
                tag, end = (f"if {value}", "endif") if what == "when" else (f"for {value}", "endfor")
                doc.add_paragraph(f"{{%p {tag} %}}")
                _blocks(doc, block["blocks"], shared)
                doc.add_paragraph(f"{{%p {end} %}}")
            case "h1" | "h2":
                doc.add_heading(value, int(what[1]))
            case "picture":
                _picture(doc, value)
            case "table":
                _table(doc, value)
            case "pairs":
                _pairs(doc, value)
            case "break":
                doc.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            case _:
                _paragraph(doc, what, value)


def _paragraph(doc: Doc, look: str, text: str) -> None:
    size, colour, before = LOOKS[look]
    paragraph = doc.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(3)


def _picture(doc: Doc, name: str) -> None:
    before = doc.paragraphs[-1]
    before.paragraph_format.keep_with_next = True  # a picture has its words on the same page
    paragraph = doc.add_paragraph(f"{{{{ {name} }}}}")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if name == "qr" else WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = name == "one.picture"


def _pairs(doc: Doc, spec: Mapping[str, Any]) -> None:
    """Label and text, without lines."""
    table = doc.add_table(0, 2)
    _columns(table, PAIR_WIDTHS)
    _row(table, (f"{{%tr for {spec['for']} %}}",), PAIR_WIDTHS)
    _row(table, spec["cells"], PAIR_WIDTHS, quiet=True)
    _row(table, ("{%tr endfor %}",), PAIR_WIDTHS)
    for cells in spec.get("more", ()):
        _row(table, cells, PAIR_WIDTHS, quiet=True)
    doc.add_paragraph()


def _table(doc: Doc, spec: Mapping[str, Any]) -> None:
    """A head that is repeated, then a row for each element; rows are not torn apart."""
    widths, right = spec["widths"], spec.get("right", ())
    table = doc.add_table(0, len(widths))
    _columns(table, widths)
    _lines(table)
    _head(_row(table, spec["heads"], widths))
    if "group" in spec:
        _row(table, (f"{{%tr for {spec['group']} %}}",), widths)
        _group(_row(table, (spec["title"],), widths))
    _row(table, (f"{{%tr for {spec['for']} %}}",), widths)
    for place, cell in enumerate(_row(table, spec["cells"], widths).cells):
        if place in right:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for _ in range(2 if "group" in spec else 1):
        _row(table, ("{%tr endfor %}",), widths)
    doc.add_paragraph()


def _columns(table: Table, widths: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _row(table: Table, texts: Sequence[str], widths: Sequence[float], quiet: bool = False) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
        cell.width = Mm(width)
        _write(cell, texts[place] if place < len(texts) else "", INK_3 if quiet and place == 0 else None)
    return row


def _write(cell: _Cell, text: str, colour: str | None) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.font.size = Pt(9)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _head(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell in row.cells:
        _shade(cell, SOFT)
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _group(row: _Row) -> None:
    merged = row.cells[0].merge(row.cells[-1])
    for paragraph in merged.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)
    _shade(merged, GROUP)
    merged.paragraphs[0].paragraph_format.keep_with_next = True


def _shade(cell: _Cell, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shade)


def _lines(table: Table) -> None:
    """Thin lines between rows, none between columns."""
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _styles(doc: Doc) -> None:
    for name, (font, size, colour) in STYLES.items():
        style = doc.styles[name]
        style.font.name, style.font.size, style.font.bold = font, Pt(size), False
        style.font.color.rgb = RGBColor.from_string(colour or "1A2330")
        names = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            names.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("eastAsia", "ascii", "hAnsi"):
            names.set(qn(f"w:{script}"), font)
        style.paragraph_format.keep_with_next = name != "Normal"


def _page(doc: Doc) -> None:
    """A4; firm and edition above, number and page below; nothing on the cover."""
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.different_first_page_header_footer = True
    _marginal(section.header.paragraphs[0], "{{ firm.name }}　　{{ title }}　{{ edition }}")
    footer = section.footer.paragraphs[0]
    _marginal(footer, "{{ '编号 ' + mark.number if mark.number else mark.draft }}　　{{ mark.day }}　　第 ")
    _field(footer, "PAGE")
    _marginal(footer, " 页，共 ")
    _field(footer, "NUMPAGES")
    _marginal(footer, " 页")


def _marginal(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(8.5), RGBColor.from_string(INK_3)


def _field(paragraph: Paragraph, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def main() -> None:
    """Write both."""
    for kind in ("dossier", "onsite"):
        (TEMPLATES / f"{kind}.docx").write_bytes(build(kind))


if __name__ == "__main__":
    main()
