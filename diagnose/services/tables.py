"""A table of any length as a file, sent while it is still being read: .csv, and .xlsx by services/workbook.py."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from diagnose.services import workbook

Cell = str | int | float | Decimal | date | None
BATCH = 500  # rows that are put together before they are sent
# A spreadsheet takes a text that begins so for a formula, or drops the sign and then does.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "'"


@dataclass(frozen=True)
class Table:
    """``titles`` head the columns of ``rows``; ``notes`` are what has to be known about it, (label, text)."""

    name: str
    titles: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[tuple[str, str]]
    notes_name: str


def as_csv(table: Table) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow([harmless(title) for title in table.titles])
    for number, row in enumerate(table.rows, 1):
        writer.writerow([harmless(cell) for cell in row])
        if number % BATCH == 0:
            yield _taken(text)
    yield _taken(text)


def harmless(cell: Cell) -> Cell:
    """A text that begins like a formula gets a mark that makes it one no more; numbers stay numbers."""
    if type(cell) is not str:
        return cell
    plain = cell.replace("\0", "").encode("utf-8", "replace").decode()
    return MARK + plain if plain.startswith(FORMULA) else plain


def _taken(text: io.StringIO) -> bytes:
    """What was written so far; from then on it is written anew."""
    written = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return written


def as_xlsx(table: Table) -> Iterator[bytes]:
    """A sheet with the notes, then the rows."""
    notes = workbook.Sheet(table.notes_name, ((), *table.notes), widths=(18, 90))
    rows = workbook.Sheet(table.name, _with_titles(table), titled=True)
    return workbook.pages([notes, rows])


def _with_titles(table: Table) -> Iterator[Sequence[Cell]]:
    yield table.titles
    yield from table.rows


AS = {"csv": as_csv, "xlsx": as_xlsx}
MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
