"""The rows of an imported table as they are read: column by column, each cell's text understood once."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from diagnose.services.intake_cells import Wrong
from diagnose.services.intake_fields import Field, Header, plain
from diagnose.services.sheets import LIMITS, Table
from diagnose.texts import say

ALONE = ("credit_code", "name", "contact_phone", "contact_name")  # texts that are seldom the same twice
Cells = tuple[int, list[str]]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong: row as the file counts, column from 0 (-1: the row as a whole), its title, the cell's text."""

    row: int
    column: int
    title: str
    text: str
    reason: str


@dataclass(frozen=True)
class Options:
    """How a table is to be read: column → field, where the header is, and what holds where the table says nothing."""

    columns: Mapping[int, str]
    header: Header
    process_type: str
    day: date


@dataclass
class Read:
    """One row understood: ``values`` by field, ``wrong`` the problems of its cells."""

    row: int
    values: dict[str, Any]
    wrong: list[Problem] = field(default_factory=list)


@dataclass
class Reader:
    """Reads rows; one instance a file, so that a text met again is not looked at again."""

    table: Table
    options: Options
    readers: Mapping[str, Callable[[str], Any]]
    fields: Mapping[str, Field]

    def __post_init__(self) -> None:
        self._known: dict[str, dict[str, tuple[Any, str]]] = defaultdict(dict)
        self._merged = _inside_merged(self.table)

    def data_rows(self) -> list[Cells]:
        """The rows below the header, but the header again (lists pasted together) and lines without a name or code."""
        head = self.options.header
        below = self.table.rows[head.first + head.rows :]
        code = next((column for column, key in self.options.columns.items() if key == "credit_code"), None)
        if code is None:
            return below
        title = plain(head.titles[code])
        return [one for one in below if len(one[1]) <= code or plain(one[1][code]) != title]

    def batches(self, rows: Sequence[Cells]) -> Iterator[list[Read]]:
        """All rows, some at a time."""
        for start in range(0, len(rows), LIMITS["batch"]):
            yield [self.read(*one) for one in rows[start : start + LIMITS["batch"]]]

    def read(self, number: int, texts: Sequence[str]) -> Read:
        """One row."""
        found = Read(number, {})
        width = len(texts)
        for column, key in self.options.columns.items():
            text = texts[column] if column < width else ""
            if not text:
                reason = self._why_blank(number, column)
                if reason:
                    found.wrong.append(self.problem(number, column, text, reason))
                continue
            value, reason = self._cell(key, text)
            if reason:
                found.wrong.append(self.problem(number, column, text, reason))
            else:
                found.values[key] = value
        return found

    def problem(self, row: int, column: int, text: str, reason: str) -> Problem:
        """What is wrong with a cell of a row; the column by its field when -1 is not meant."""
        title = self.options.header.titles[column] if column >= 0 else ""
        return Problem(row, column, title, text[:60], reason)

    def at(self, row: int, key: str, reason: str) -> Problem:
        """What is wrong with the field of a row, wherever it stands; the whole row when no column has it."""
        column = next((column for column, one in self.options.columns.items() if one == key), -1)
        title = "" if column >= 0 or key not in self.fields else self.fields[key].title
        found = self.problem(row, column, "", reason)
        return Problem(row, column, found.title or title, "", reason)

    def _cell(self, key: str, text: str) -> tuple[Any, str]:
        if key in ALONE:
            return self._understand(key, text)
        known = self._known[key]
        if text not in known:
            known[text] = self._understand(key, text)
        return known[text]

    def _understand(self, key: str, text: str) -> tuple[Any, str]:
        if len(text) > LIMITS["cell"]:
            return None, say("text_long", length=LIMITS["cell"])
        try:
            return self.readers[key](text), ""
        except Wrong as wrong:
            return None, str(wrong)

    def _why_blank(self, number: int, column: int) -> str:
        """Why a cell that looks filled is blank: a formula without a result, or part of a merged cell."""
        if self.table.no_value and (number, column) in self.table.no_value:
            return say("intake_formula")
        if self._merged and (number, column) in self._merged:
            return say("intake_merged")
        return ""


def _inside_merged(table: Table) -> frozenset[tuple[int, int]]:
    """(row number, column) of the cells of merged ranges but their first ones, as far as there are rows."""
    last = table.rows[-1][0] if table.rows else 0
    width = table.width
    cells: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in table.merged:
        for row in range(top + 1, min(bottom + 1, last) + 1):
            cells |= {(row, column) for column in range(left, min(right, width - 1) + 1)}
        cells.discard((top + 1, left))
        if len(cells) > LIMITS["named"] * 10:
            break
    return frozenset(cells)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """While a million small objects are made and kept: looking for cycles among them takes as long as making them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def repeated(found: Iterable[Read], reader: Reader) -> list[Problem]:
    """Rows with a credit code that another row has too: each names the other one."""
    rows: dict[str, list[int]] = defaultdict(list)
    for one in found:
        if "credit_code" in one.values:
            rows[one.values["credit_code"]].append(one.row)
    return [
        reader.at(number, "credit_code", say("intake_twice", row=next(other for other in numbers if other != number)))
        for numbers in rows.values()
        if len(numbers) > 1
        for number in numbers
    ]
