"""The batch: JSON Lines in and out, in input order, by chunks, so that memory does not grow with the input."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from scoring.encode import AnswerError, Row, encode_one, pack
from scoring.input import MAX_LINE, LineError, read_line
from scoring.maturity import judge
from scoring.model import Ruleset
from scoring.output import bad_line, draft_line, scored_line
from scoring.verdict import drafts, finals

CHUNK_LINES = 64  # few enough that reading, judging and writing find them in the cache
CHUNK_BYTES = 4 << 20


class BadLine(ValueError):
    """The first bad line of a run that stops there; the message reads "line 17: what is wrong"."""


class _Good(NamedTuple):
    id: str
    answers: Mapping[str, object]  # only those that `finals` looks at: all of them would crowd the cache
    row: Row


class _Bad(NamedTuple):
    id: str | None
    message: str


def score(ruleset: Ruleset, source: BinaryIO, sink: BinaryIO, report: Callable[[str], None] | None = None) -> int:
    """Scores every line of source into sink and returns the number of bad ones.

    Without `report` the first bad line raises BadLine; with it each bad line is reported and becomes an error line.
    """
    bad = 0
    for chunk in _chunks(_numbered_lines(source)):
        read = [(number, _read(ruleset, raw)) for number, raw in chunk]
        for number, entry in read:
            if isinstance(entry, _Bad):
                bad += 1
                _complain(f"line {number}: {entry.message}", report)
        sink.write("".join(_output(ruleset, [entry for _, entry in read])).encode())
    return bad


def _complain(message: str, report: Callable[[str], None] | None) -> None:
    if report is None:
        raise BadLine(message)
    report(message)


def _numbered_lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, counted from 1; of a line longer than allowed only one byte too many."""
    number = 0
    while raw := source.readline(MAX_LINE + 1):
        number += 1
        end = raw
        while len(end) > MAX_LINE and not end.endswith(b"\n"):
            end = source.readline(MAX_LINE + 1)
        if len(raw) > MAX_LINE or raw.strip():
            yield number, raw


def _chunks(lines: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    chunk: list[tuple[int, bytes]] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line[1])
        if len(chunk) == CHUNK_LINES or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _read(ruleset: Ruleset, raw: bytes) -> _Good | _Bad:
    try:
        line_id, answers = read_line(raw)
    except LineError as error:
        return _Bad(error.id, str(error))
    try:
        row = encode_one(ruleset, answers)
        return _Good(line_id, {code: answers.get(code) for code in ruleset.conditioned}, row)
    except AnswerError as error:
        return _Bad(line_id, str(error))


def _output(ruleset: Ruleset, entries: list[_Good | _Bad]) -> Iterator[str]:
    good = [entry for entry in entries if isinstance(entry, _Good)]
    columns = pack(ruleset, [entry.row for entry in good])
    judged = judge(ruleset, columns)
    drafted = drafts(ruleset, columns, judged)
    found = iter(enumerate(finals(ruleset, judged, [entry.answers for entry in good])))
    for entry in entries:
        if isinstance(entry, _Bad):
            yield bad_line(entry.id, entry.message) + "\n"
            continue
        row, final = next(found)
        if row in drafted:
            yield draft_line(ruleset, entry.id, *drafted[row]) + "\n"
        else:
            yield scored_line(ruleset, entry.id, final) + "\n"


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when all of it has been written; OSError when it cannot be."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError(f"{path} is not a regular file")
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    sink = beside.open("xb")
    try:
        with sink:
            yield sink
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
