"""A document as Excel: a sheet for each part; numbers are numbers, texts never formulas."""

import re
from dataclasses import dataclass
from datetime import UTC
from fractions import Fraction
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from diagnose.reports import excel_rows as rows
from diagnose.reports.document_data import issued, written_out
from diagnose.reports.mark import Mark
from diagnose.services.document_values import DocumentContent, Kind
from diagnose.texts import say

# No text is read as a formula, a number or a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
MOST_CHARACTERS = 32_767  # of a cell
NUMBER = re.compile(r"-?[0-9]{1,3}(,?[0-9]{3})*(\.[0-9]+)?")
HEAD_COLOUR, LINE_COLOUR = "#E9F1FB", "#D8DEE6"
Cell = rows.Cell


@dataclass(frozen=True)
class _Looks:
    """The formats of a workbook."""

    title: Format
    head: Format
    text: Format
    number: Format
    percent: Format


def excel(kind: Kind, content: DocumentContent, mark: Mark | None) -> bytes:
    """The .xlsx."""
    out = BytesIO()
    moment = (mark.issued_at if mark else content.decided_at).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    with Workbook(out, OPTIONS) as book:
        book.set_properties({"title": content.title, "author": say("product"), "created": moment})
        looks = _looks(book)
        for number, sheet in enumerate(rows.sheets(kind, content, issued(content, mark))):
            _write(book.add_worksheet(say(f"doc_sheet_{sheet.name}")), sheet, looks, first=number == 0)
    return out.getvalue()


def _looks(book: Workbook) -> _Looks:
    cell = {"valign": "top", "bottom": 1, "bottom_color": LINE_COLOUR, "text_wrap": True}
    return _Looks(
        title=book.add_format({"font_size": 16}),
        head=book.add_format(cell | {"bold": True, "bg_color": HEAD_COLOUR}),
        text=book.add_format(cell),
        number=book.add_format(cell | {"num_format": "#,##0.###", "align": "right"}),
        percent=book.add_format(cell | {"num_format": "0.0%", "align": "right"}),
    )


def _write(page: Worksheet, sheet: rows.Sheet, looks: _Looks, first: bool) -> None:
    top = 0
    if first:
        page.write_string(0, 0, _fitted(sheet.title), looks.title)
        top = 2
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    for column, head in enumerate(sheet.heads):
        page.write_string(top, column, head, looks.head)
    top += bool(sheet.heads)
    for number, row in enumerate(sheet.rows, top):
        for column, cell in enumerate(row):
            _cell(page, number, column, cell, looks)
    page.freeze_panes(top, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P / &N")


def _cell(page: Worksheet, row: int, column: int, cell: Cell, looks: _Looks) -> None:
    """A Fraction is a share; a text in which only a number stands is that number."""
    if isinstance(cell, Fraction):
        page.write_number(row, column, float(cell), looks.percent)
    elif isinstance(cell, int):
        page.write_number(row, column, cell, looks.number)
    elif isinstance(cell, rows.Number) and cell.text:
        _number(page, row, column, cell.text, looks)
    elif isinstance(cell, str) and cell:
        page.write_string(row, column, _fitted(cell), looks.text)
    else:
        page.write_blank(row, column, None, looks.text)


def _number(page: Worksheet, row: int, column: int, text: str, looks: _Looks) -> None:
    if NUMBER.fullmatch(text.removeprefix("+")):
        page.write_number(row, column, float(text.replace(",", "")), looks.number)
    else:
        page.write_string(row, column, text, looks.text)


def _fitted(text: str) -> str:
    return written_out(text)[:MOST_CHARACTERS]
