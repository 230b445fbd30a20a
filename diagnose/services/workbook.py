"""An .xlsx (ECMA-376) written row by row and sent while it is written: no temporary file, memory for one batch.

Only what a plain list needs: texts stand in their cells (inlineStr), so they are never formulas; numbers and days are
numbers. XlsxWriter in its constant memory mode takes three times as long and has to finish its file first.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from typing import IO, Any, cast
from xml.sax.saxutils import escape, quoteattr

BATCH = 500
MOST_ROWS = 1_048_576  # of a sheet in Excel
MOST_CHARACTERS = 32_767  # of a cell
FASTEST = 1
EPOCH = date(1899, 12, 30).toordinal()  # Excel counts days from here
# What XML cannot hold, and what Excel would read as one of its own escapes.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PLAIN, DAY, TITLE = 0, 1, 2  # the formats of STYLES
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Sheet:
    """``rows`` under a name; ``titled``: the first row heads the columns, and is repeated where a sheet is full."""

    name: str
    rows: Iterable[Sequence[Any]]
    titled: bool = False
    widths: Sequence[int] = ()


class _Out:
    """What a zip file is written to, and taken from again while it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def pages(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The bytes of the file, in pieces."""
    out, names = _Out(), list[str]()
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_DEFLATED, compresslevel=FASTEST) as archive:
        for sheet in sheets:
            for number, part in enumerate(_parts(sheet), 1):
                names.append(sheet.name if number == 1 else f"{sheet.name} {number}")
                with archive.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as file:
                    for text in part:
                        file.write(text.encode())
                        yield out.taken()
        for path, content in _frame(names).items():
            archive.writestr(path, content)
    yield out.taken()


def _parts(sheet: Sheet) -> Iterator[Iterator[str]]:
    """A sheet, and further ones where Excel allows no more rows; each as pieces of its XML."""
    rows = iter(sheet.rows)
    titles = list(islice(rows, 1)) if sheet.titled else []
    following = list(islice(rows, 1))
    first = True
    while following or first:
        part = chain(titles, following, islice(rows, MOST_ROWS - len(titles) - len(following)))
        yield _xml(sheet, part)
        following, first = list(islice(rows, 1)), False


def _xml(sheet: Sheet, rows: Iterator[Sequence[Any]]) -> Iterator[str]:
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if sheet.titled else ""
    views = f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(sheet.widths, 1)
    )
    columns = f"<cols>{widths}</cols>" if widths else ""
    yield f'{HEAD}<worksheet xmlns="{MAIN}">{views}{columns}<sheetData>'
    number = 0
    while batch := list(islice(rows, BATCH)):
        yield "".join([_row(row, number + place, sheet.titled) for place, row in enumerate(batch, 1)])
        number += len(batch)
    yield "</sheetData></worksheet>"


def _row(row: Sequence[Any], number: int, titled: bool) -> str:
    style = TITLE if titled and number == 1 else PLAIN
    cells = [_cell(value, f"{_letters(place)}{number}", style) for place, value in enumerate(row) if value is not None]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(value: Any, place: str, style: int) -> str:
    if type(value) is str:
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY}"><v>{value.toordinal() - EPOCH}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


@lru_cache(maxsize=16_384)
def _text(value: str) -> str:
    plain = UNWRITABLE.sub("\ufffd", value[:MOST_CHARACTERS])
    # A carriage return would be read as a line feed.
    return escape(ESCAPE_LIKE.sub("_x005F_", plain)).replace("\r", "_x000D_")


@lru_cache(maxsize=1_024)
def _letters(place: int) -> str:
    """0 → A, 26 → AA."""
    above, own = divmod(place, 26)
    return (_letters(above - 1) if above else "") + chr(ord("A") + own)


def _frame(names: Sequence[str]) -> dict[str, str]:
    """All but the sheets; last, because only now it is known how many there are."""
    numbers = range(1, len(names) + 1)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    targets = [(f"worksheets/sheet{number}.xml", "worksheet") for number in numbers] + [("styles.xml", "styles")]
    kinds = {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in numbers}
    kinds |= {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    overrides = "".join(
        f'<Override PartName="{path}" ContentType="{KIND}.{kind}+xml"/>' for path, kind in kinds.items()
    )
    return {
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(targets),
        "xl/styles.xml": STYLES,
        "_rels/.rels": _relations([("xl/workbook.xml", "officeDocument")]),
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
    }


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATED}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'
