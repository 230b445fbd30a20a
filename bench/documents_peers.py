"""The peers of bench/documents.py: the same words set by WeasyPrint from HTML, and put into a Word file by hand.

Both get the same radars, drawn each time as for our own documents.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from io import BytesIO

from docx import Document
from docx.shared import Mm
from weasyprint import CSS, HTML  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

from diagnose.reports.document_data import axes, legend
from diagnose.reports.fonts import font_path
from diagnose.reports.radar_layers import layered_png, layered_svg
from diagnose.services.document_values import DocumentContent

STYLE = """
@font-face { font-family: doc; src: url("file://%s") }
@page { size: A4; margin: 24mm 18mm 20mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt doc } }
body { font: 9pt doc } h1 { font-size: 14pt; color: #0e478c; border-bottom: 1pt solid #1664c0; break-after: avoid }
table { width: 100%%; border-collapse: collapse; font-size: 8.4pt } tr { break-inside: avoid }
th, td { text-align: left; border-bottom: 0.4pt solid #d8dee6; padding: 3pt 4pt } img { width: 60mm }
"""
Rows = Sequence[Sequence[str]]


def parts(content: DocumentContent) -> Iterator[tuple[str, Sequence[str], Rows]]:
    """Title, paragraphs and table of each section."""
    firm, verdict, way = content.firm, content.verdict, content.way
    yield (
        content.title,
        [firm.name, verdict.scheme.level_name, verdict.gap],
        [(row.label, row.text) for row in firm.rows],
    )
    for one in content.schemes:
        rows = [(each.title, f"{each.points} / {each.most}", each.percent) for each in one.dimensions]
        yield one.ruler, [one.level_name, one.score, *one.unmet], rows
    yield "瓶颈问题", [], [(one.title, one.now, one.need, one.gap, one.lost) for one in content.bottlenecks[:12]]
    steps = way.steps if way else ()
    said = [text for one in steps[:6] for text in (one.do, one.needs, one.done)]
    yield "提升路径", said, [(one.name, f"{one.now} → {one.then}", one.cost, one.service) for one in steps]
    yield "历次变化", [], [(one.day, one.kind, one.score, one.level, one.change) for one in content.history]
    facts = [one for group in content.facts for one in group.facts]
    yield "事实与来源", [], [(one.title, one.value, one.source, one.as_of) for one in facts]
    yield "方法与版本", content.method, []


@cache
def _style() -> tuple[CSS, FontConfiguration]:
    fonts = FontConfiguration()
    return CSS(string=STYLE % font_path(), font_config=fonts), fonts


def weasyprint_pdf(content: DocumentContent) -> bytes:
    """The document as WeasyPrint sets it; its style sheet and font are loaded once."""
    style, fonts = _style()
    body = "".join(_html(*part) for part in parts(content)) + "".join(_image(content))
    made = HTML(string=f"<body>{body}").write_pdf(stylesheets=[style], font_config=fonts)
    assert isinstance(made, bytes)
    return made


def _html(title: str, texts: Sequence[str], rows: Rows) -> str:
    table = "".join(f"<tr>{''.join(f'<td>{escape(cell)}' for cell in row)}" for row in rows)
    return f"<h1>{escape(title)}</h1>{''.join(f'<p>{escape(text)}' for text in texts)}<table>{table}</table>"


def _image(content: DocumentContent) -> Iterator[str]:
    for scheme in content.schemes:
        svg = layered_svg(axes(scheme), not_applicable="不适用", **legend(scheme))
        yield f'<img src="data:image/svg+xml;base64,{b64encode(svg).decode()}">'


def word_by_hand(content: DocumentContent) -> bytes:
    """The document as python-docx makes it, paragraph by paragraph and cell by cell."""
    document = Document()
    for title, texts, rows in parts(content):
        document.add_heading(title, 1)
        for text in texts:
            document.add_paragraph(text)
        table = document.add_table(len(rows), len(rows[0]) if rows else 1)
        for line, row in zip(table.rows, rows, strict=True):
            for cell, text in zip(line.cells, row, strict=True):
                cell.text = text
    for scheme in content.schemes:
        png = layered_png(axes(scheme), not_applicable="不适用", **legend(scheme))
        document.add_picture(BytesIO(png), Mm(64))
    out = BytesIO()
    document.save(out)
    return out.getvalue()
