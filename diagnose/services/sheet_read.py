"""Read one uploaded table (.xlsx, .xls, .csv) into plain texts; a process of its own.

Workbooks and separated texts come from strangers. Here a bomb meets a limit of memory and time, a crash ends nothing
but this process, and the server's memory does not grow. sheets.py starts this file as a script; it imports nothing of
the application.

``sheet_read.py LIMITS SOURCE OUT``: LIMITS as in data/intake.yaml, as JSON; OUT gets one line of JSON about the sheet
and one a row that is not blank, ``[row number, [texts]]``. Exit status 3 with a reason on the standard output instead.
"""

import codecs
import csv
import datetime
import gc
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

REFUSED = 3
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SEPARATORS = (",", ";", "\t", "，", "；")
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Cells with something in them, formulas without a kept value, and cells that hold an error (#DIV/0!).
FILLED = re.compile(rb'<c r="([A-Z]{1,9})(\d{1,9})"(?:\s[^>]*[^/>])?>')
BARE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
FAULTY = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*\st="e"')
LARGEST_WHOLE = 10**15  # a double keeps no more digits than that
Row = tuple[int, list[str]]


class Refused(Exception):
    """The file is not taken; its text is the reason."""


def read(source: Path, limits: Mapping[str, int]) -> tuple[dict[str, Any], Iterable[Row]]:
    """What is to be said about the sheet, and its rows; raises Refused."""
    with source.open("rb") as file:
        start = file.read(8)
    if not start:
        raise Refused("empty")
    if start.startswith(ZIP):
        _check_zip(source, limits)
        return _workbook(source, limits, zipped=True)
    if start == OLE:
        if ENCRYPTED in source.read_bytes():
            raise Refused("encrypted")
        return _workbook(source, limits, zipped=False)
    return _separated(source.read_bytes(), limits)


def _check_zip(source: Path, limits: Mapping[str, int]) -> None:
    """Its directory promises what will be unpacked; what it promises wrongly, the limits of this process catch."""
    try:
        with zipfile.ZipFile(source) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise Refused("broken") from None
    if not any(one.filename.lower().startswith("xl/") for one in entries):
        raise Refused("type")
    if any(one.flag_bits & 1 for one in entries):
        raise Refused("encrypted")
    unpacked = sum(one.file_size for one in entries)
    ratio = max((one.file_size / max(one.compress_size, 1) for one in entries if one.file_size > 1 << 20), default=0)
    if unpacked > limits["unpacked_mb"] << 20 or len(entries) > limits["entries"] or ratio > limits["ratio"]:
        raise Refused("bomb")


def _workbook(source: Path, limits: Mapping[str, int], zipped: bool) -> tuple[dict[str, Any], Iterable[Row]]:
    """The first visible sheet that holds anything."""
    with CalamineWorkbook.from_path(source) as book:
        visible = [
            (number, one.name)
            for number, one in enumerate(book.sheets_metadata)
            if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
        ]
        for number, name in visible:
            raw = _raw(source, number) if zipped else b""
            _check_extent(raw, limits)
            sheet = book.get_sheet_by_index(number)
            if sheet.end is None:
                continue
            _check_size(sheet.end[0] + 1, sheet.end[1] + 1, limits)
            others = [other for index, other in visible if index != number]
            merged = (sheet.merged_cell_ranges or [])[: limits["named"]]
            about = {"sheet": name, "others": others, "merged": merged, "no_value": _no_value(raw, limits)}
            return about, list(_rows(sheet))
    raise Refused("empty")


def _raw(source: Path, number: int) -> bytes:
    """The XML of the sheet with this place in the workbook; empty when it is not where it should be."""
    with zipfile.ZipFile(source) as packed:
        try:
            book = ElementTree.fromstring(packed.read("xl/workbook.xml"))
            links = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
            named = [one for one in book.iter() if one.tag.endswith("}sheet")][number].attrib[RELATION]
            target = next(one.attrib["Target"] for one in links if one.attrib.get("Id") == named)
            return packed.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
        except (KeyError, IndexError, StopIteration, ElementTree.ParseError):
            return b""


def _check_extent(raw: bytes, limits: Mapping[str, int]) -> None:
    """One cell far out would make the reader lay out all between: refused before it reads."""
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    for found in FILLED.finditer(raw):
        columns.add(found[1])
        rows.add(found[2])
    _check_size(0, max(map(_column, columns), default=0), limits)
    _check_size(max(map(int, rows), default=0), 0, limits)


def _column(letters: bytes) -> int:
    """AB → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_size(rows: int, columns: int, limits: Mapping[str, int]) -> None:
    if rows > limits["rows"]:
        raise Refused("rows")
    if columns > limits["columns"]:
        raise Refused("columns")


def _no_value(raw: bytes, limits: Mapping[str, int]) -> list[tuple[int, int]]:
    """(row number, column from 0) of the cells whose formula gave no value."""
    patterns = [pattern for pattern, sign in ((BARE, b"<f"), (FAULTY, b't="e"')) if sign in raw]
    found = {(int(one[2]), _column(one[1]) - 1) for pattern in patterns for one in pattern.finditer(raw)}
    return sorted(found)[: limits["named"]]


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    start = sheet.start or (0, 0)
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
        if number > start[0]:
            texts = [_text(value) for value in values]
            if any(texts):
                yield number, texts


def _text(value: object) -> str:
    """What a cell shows, plainly: days as 2026-03-01, whole numbers without a point, huge ones as Excel shows them."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if abs(value) >= LARGEST_WHOLE:
            return f"{value:.5E}"
        return str(int(value)) if value == int(value) else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return str(value.date()) if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    return str(value)


def _separated(data: bytes, limits: Mapping[str, int]) -> tuple[dict[str, Any], Iterable[Row]]:
    text, encoding = _decoded(data)
    if NO_TEXT.search(text):
        raise Refused("type")
    separator = _separator(text)
    csv.field_size_limit(1 << 20)
    found: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for values in reader:
        _check_size(len(found), len(values), limits)
        texts = [value.strip() for value in values]
        if any(texts):
            found.append((reader.line_num, texts))
    if not found:
        raise Refused("empty")
    return {"sheet": "", "others": [], "merged": [], "no_value": [], "encoding": encoding}, found


def _decoded(data: bytes) -> tuple[str, str]:
    """By its mark, else UTF-8 when it is that, else GB18030; anything else is no text."""
    marked = [encoding for mark, encoding in BOMS.items() if data.startswith(mark)]
    if not marked and b"\x00" in data[:4096]:
        raise Refused("type")
    for encoding in marked or ("utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Refused("encoding")


def _separator(text: str) -> str:
    """The one that the first lines have most of, outside quotes."""
    lines = re.sub(r'"[^"]*"', "", "\n".join(text.splitlines()[:5]))
    return max(SEPARATORS, key=lambda one: (lines.count(one), -SEPARATORS.index(one)))


def _confine(limits: Mapping[str, int]) -> None:
    """From here on this process gets no more memory and time than the limits say, and leaves no core file."""
    memory, seconds, size = limits["memory_mb"] << 20, limits["read_seconds"], limits["unpacked_mb"] << 20
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, size)):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: Sequence[str]) -> int:
    """Write the table; returns the exit status."""
    limits = json.loads(arguments[0])
    _confine(limits)
    gc.disable()  # a table has no cycles, and this process ends with it
    try:
        about, rows = read(Path(arguments[1]), limits)
        _write(Path(arguments[2]), about, rows)
    except Refused as refused:
        return _refuse(str(refused))
    except (MemoryError, OSError):
        return _refuse("large")
    except python_calamine.PasswordError:
        return _refuse("encrypted")
    except Exception:  # a broken file makes readers raise nearly anything
        return _refuse("broken")
    return 0


def _write(out: Path, about: dict[str, Any], rows: Iterable[Row]) -> None:
    with out.open("w", encoding="utf-8") as file:
        for line in (about, *rows):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _refuse(reason: str) -> int:
    sys.stdout.write(reason)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
