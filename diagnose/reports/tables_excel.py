"""Plain tables as an Excel file, one sheet a table; what people typed stays text, never a formula."""

import re
from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from diagnose.services.cockpit_tables import Num, Table
from diagnose.texts import say

NAME_WIDTH, CELL_WIDTH = 26, 16
SHEET_NAME = 31  # characters, and none of []:*?/\
# No text is read as a formula, a number or a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


def workbook(scope: Sequence[str], tables: Sequence[Table]) -> bytes:
    """The file: what the numbers mean (口径) on the first sheet, then one sheet for each table that has rows."""
    out = BytesIO()
    with Workbook(out, OPTIONS) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        share, count = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "#,##0"})
        _scope(book.add_worksheet(say("cockpit_scope_sheet")), scope)
        for table in tables:
            if table.rows:
                name = re.sub(r"[\[\]:*?/\\]", "、", table.title)[:SHEET_NAME]
                _table(book.add_worksheet(name), table, head, share, count)
    return out.getvalue()


def _scope(sheet: Worksheet, lines: Sequence[str]) -> None:
    sheet.set_column(0, 0, 80)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)


def _table(sheet: Worksheet, table: Table, head: Format, share: Format, count: Format) -> None:
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(table.head) - 1, CELL_WIDTH)
    sheet.freeze_panes(1, 1)
    for column, title in enumerate(table.head):
        sheet.write_string(0, column, title, head)
    for row, (name, cells) in enumerate(table.rows, 1):
        sheet.write_string(row, 0, name)
        for column, cell in enumerate(cells, 1):
            _cell(sheet, row, column, cell, share, count)


def _cell(sheet: Worksheet, row: int, column: int, cell: Num, share: Format, count: Format) -> None:
    """A share keeps all its digits and is shown with one decimal; nothing known stays blank."""
    if isinstance(cell.value, Fraction):
        sheet.write_number(row, column, float(cell.value), share)
    elif isinstance(cell.value, int):
        sheet.write_number(row, column, cell.value, count)
    elif cell.value is not None:
        sheet.write_number(row, column, float(cell.value))
