"""An uploaded table: read by a process of its own (sheet_read.py), kept as texts, and read back row by row."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from diagnose.services import sheet_read
from diagnose.texts import say
from questionnaires.strict import load_yaml

SETTINGS: dict[str, Any] = load_yaml(Path(__file__).parent.parent / "data" / "intake.yaml")
LIMITS: dict[str, int] = SETTINGS["limits"]
FILE_BYTES = LIMITS["file_mb"] << 20

# One file at a time in a process: what reading needs is then bounded, however many people upload.
_turn = Lock()


class Refused(ValueError):
    """The upload is not taken; ``reason`` is the end of its text's key, ``intake_refused_…``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def message(self) -> str:
        """What is wrong and what to do."""
        return say(f"intake_refused_{self.reason}", **LIMITS)


@dataclass(frozen=True)
class Table:
    """The texts of one sheet: ``rows`` are (row number as the file counts, texts), blank rows left out.

    ``merged``: ((first row, first column), (last row, last column)), all from 0; ``no_value``: (row number, column from
    0) of cells whose formula gave none.
    """

    sheet: str
    others: tuple[str, ...]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    no_value: frozenset[tuple[int, int]]
    rows: list[tuple[int, list[str]]]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(texts) for _, texts in self.rows), default=0)


def convert(source: Path, out: Path) -> None:
    """Read ``source`` and write its texts to ``out`` (0600); raises Refused, and then ``out`` is not there."""
    os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        _read(source, out)
    except BaseException:
        out.unlink()
        raise


def _read(source: Path, out: Path) -> None:
    # -I and an empty environment: the process sees no module folder, no database address and no key of ours.
    command = [sys.executable, "-I", sheet_read.__file__, json.dumps(LIMITS), str(source), str(out)]
    environment = {"MALLOC_ARENA_MAX": "2", "LANG": "C.UTF-8"}
    try:
        with _turn:
            done = subprocess.run(
                command, capture_output=True, env=environment, timeout=LIMITS["read_seconds"], check=False
            )
    except subprocess.TimeoutExpired:
        raise Refused("large") from None
    if done.returncode == sheet_read.REFUSED:
        raise Refused(done.stdout.decode())
    if done.returncode:  # ended by a limit of memory or time
        raise Refused("large")


def load(path: Path) -> Table:
    """The table that `convert` wrote; FileNotFoundError when it has been cleared away."""
    with path.open(encoding="utf-8") as file:
        about = json.loads(next(file))
        rows = [(number, texts) for number, texts in map(json.loads, file)]
    merged = tuple((tuple(first), tuple(last)) for first, last in about["merged"])
    no_value = frozenset((row, column) for row, column in about["no_value"])
    return Table(about["sheet"], tuple(about["others"]), merged, no_value, rows)
