"""年度工作推进报告 as Word: headings, tables, page numbers; the same report gives the same bytes."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from diagnose import wording
from diagnose.reports.year_lines import columns, head_lines, help_lines, next_lines, rank_rows, reason_lines, scope_rows
from diagnose.services.report_year import GoalPart, PlanPart, YearReport
from diagnose.texts import say

BODY, HEADING = "宋体", "黑体"
SHADE = "E9F1FB"
# A zip file cannot say anything earlier.
FIXED = (1980, 1, 1, 0, 0, 0)


def word(report: YearReport) -> bytes:
    """The .docx."""
    doc = Document()
    _styles(doc)
    _page(doc)
    title = say("report_title", division=report.division, year=report.year)
    doc.add_heading(title, 0)
    for line in head_lines(report):
        doc.add_paragraph(line)
    _sections(doc, report)
    doc.core_properties.title, doc.core_properties.author = title, report.whole
    doc.core_properties.created = doc.core_properties.modified = datetime(*report.day.timetuple()[:3])
    doc.core_properties.last_modified_by = doc.core_properties.comments = ""
    raw = BytesIO()
    doc.save(raw)
    return _repacked(raw)


def _sections(doc: Doc, report: YearReport) -> None:
    doc.add_heading(say("report_1"), 1)
    counts = report.counts
    summary = {"plans": len(report.plans), "targets": len(report.goals), **counts}
    doc.add_paragraph(say("report_summary", **summary) if report.plans else say("report_none"))
    doc.add_heading(say("report_2"), 1)
    for part in report.plans:
        _plan(doc, part)
    doc.add_heading(say("report_3"), 1)
    _ranks(doc, report)
    doc.add_heading(say("report_4"), 1)
    doc.add_heading(say("report_help_title"), 2)
    _bullets(doc, help_lines(report), say("report_help_none"))
    doc.add_heading(say("report_reason_title"), 2)
    _bullets(doc, reason_lines(report), say("report_reason_none"))
    doc.add_heading(say("report_5"), 1)
    _bullets(doc, next_lines(report), say("report_next_none"))
    doc.add_paragraph(say("report_next_own"))
    doc.add_heading(say("report_6"), 1)
    heads = [say(f"report_column_{name}") for name in ("title", "scope", "check", "source")]
    _table(doc, heads, scope_rows(report), (3.5, 6.5, 3.5, 3.5), ())


def _plan(doc: Doc, part: PlanPart) -> None:
    plan = part.plan
    days = {"start": wording.day(plan.starts_on), "end": wording.day(plan.deadline)}
    doc.add_heading(say("report_plan", title=plan.title, owner=part.owner, **days), 2)
    for line in (plan.check and say("report_check", text=plan.check), plan.ended and _ended(part)):
        if line:
            doc.add_paragraph(line)
    heads, rows = columns(part)
    _table(doc, heads, rows, (4.2, 2.2, 2.2, 2.2, 2.7, 1.5, 1.9), range(1, 6))


def _ended(part: PlanPart) -> str:
    return say("report_ended", day=wording.day(part.plan.day))


def _ranks(doc: Doc, report: YearReport) -> None:
    """Each target's districts, the furthest first."""
    if not any(goal.ranked for goal in report.goals):
        doc.add_paragraph(say("report_no_children"))
    for part in report.plans:
        ranked = [goal for goal in part.goals if any(line.rank for line in goal.ranked)]
        if ranked:
            doc.add_heading(part.plan.title, 2)
        _ranked(doc, ranked)


def _ranked(doc: Doc, ranked: Sequence[GoalPart]) -> None:
    heads = [say(f"report_column_{name}") for name in ("rank", "place", "goal", "actual", "share", "status")]
    for goal in ranked:
        doc.add_heading(
            say("report_ranked_by", target=goal.one.title, goal=goal.one.value_text, actual=goal.one.actual_text), 3
        )
        _table(doc, heads, rank_rows(goal), (1.5, 4.5, 3.2, 3.6, 2.0, 2.2), (0, 2, 3, 4))


def _bullets(doc: Doc, lines: Sequence[str], none: str) -> None:
    for line in lines:
        doc.add_paragraph(line, "List Bullet")
    if not lines:
        doc.add_paragraph(none)


def _table(
    doc: Doc, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], right: Sequence[int]
) -> None:
    """A grid whose head is repeated on each page; ``widths`` in cm, ``right``: columns of numbers."""
    table: Table = doc.add_table(1 + len(rows), len(heads), "Table Grid")
    table.autofit = False
    for cells, texts in zip(table.rows, [heads, *rows], strict=True):
        for place, (cell, text) in enumerate(zip(cells.cells, texts, strict=True)):
            cell.width = Cm(widths[place])
            _write(cell, text, head=texts is heads, right=place in right)
    _keep(table)
    doc.add_paragraph()


def _write(cell: _Cell, text: str, head: bool, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(10.5), head
    paragraph.paragraph_format.space_after = Pt(0)
    if right and not head:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if head:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), SHADE)
        cell._tc.get_or_add_tcPr().append(shade)


def _keep(table: Table) -> None:
    """The head on each page; no row is torn apart."""
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _styles(doc: Doc) -> None:
    """Fonts that every Chinese office has; headings in black, so that the print is plain."""
    fonts = {"Normal": (BODY, 12), "Title": (HEADING, 22)} | {
        f"Heading {level}": (HEADING, size) for level, size in ((1, 16), (2, 14), (3, 12))
    }
    for name, (font, size) in fonts.items():
        style = doc.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), RGBColor(0, 0, 0)
        names = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            names.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("eastAsia", "ascii", "hAnsi"):
            names.set(qn(f"w:{script}"), font)
    doc.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _page(doc: Doc) -> None:
    """A4 with the page number below."""
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(footer, "PAGE")
    footer.add_run(" / ")
    _field(footer, "NUMPAGES")


def _field(paragraph: Paragraph, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _repacked(raw: BytesIO) -> bytes:
    """The same parts, all with one fixed time."""
    packed = BytesIO()
    with ZipFile(raw) as before, ZipFile(packed, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            info = ZipInfo(name, FIXED)
            info.compress_type = ZIP_DEFLATED
            after.writestr(info, before.read(name))
    return packed.getvalue()
