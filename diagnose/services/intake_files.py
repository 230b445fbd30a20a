"""What is kept of an import on disk: the texts of the file, the outcome of its check, the report of its run."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from diagnose.catalog import Catalog
from diagnose.config import private_folder
from diagnose.services.intake_rows import Problem
from diagnose.services.sheets import LIMITS, Table


@dataclass(frozen=True)
class Place:
    """What an import works with besides the database: definitions, the installation's secret, its folder on disk."""

    engine: Engine
    catalog: Catalog
    secret: str
    folder: Path

    def table(self, intake_id: int) -> Path:
        """Where the texts of the file lie."""
        return self.folder / f"{intake_id}.table"

    def preview(self, intake_id: int) -> Path:
        """Where the outcome of the check lies."""
        return self.folder / f"{intake_id}.check"

    def report(self, intake_id: int) -> Path:
        """Where the report of the run lies."""
        return self.folder / f"{intake_id}.report"


def place(engine: Engine, catalog: Catalog, secret: str, var: Path) -> Place:
    """The folder is made for its owner alone."""
    return Place(engine, catalog, secret, private_folder(var / "intake"))


@dataclass(frozen=True)
class Outcome:
    """What the check or the run found: counts, problems, and (row, name, code, what changed) of every change."""

    rows: int
    counts: dict[str, int]
    problems: list[Problem]
    changes: list[tuple[int, str, str, str]]

    @property
    def bad_rows(self) -> int:
        """How many rows have a problem."""
        return len({problem.row for problem in self.problems})


def write_table(path: Path, table: Table) -> None:
    about = {"sheet": table.sheet, "others": table.others, "merged": table.merged, "no_value": sorted(table.no_value)}
    _write_lines(path, [about, *table.rows])


def _write_lines(path: Path, lines: Sequence[Any]) -> None:
    """Text for the owner alone, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    os.replace(draft, path)


def write_outcome(path: Path, outcome: Outcome) -> None:
    about = {"rows": outcome.rows, "counts": outcome.counts, "problems": len(outcome.problems)}
    problems = [list(asdict(problem).values()) for problem in outcome.problems]
    _write_lines(path, [about, *problems, *outcome.changes])


def read_outcome(path: Path) -> Outcome | None:
    """What was kept of a check or a run; None when it has been cleared away."""
    try:
        with path.open(encoding="utf-8") as file:
            about = json.loads(next(file))
            lines = [json.loads(line) for line in file]
    except FileNotFoundError:
        return None
    problems = [Problem(*line) for line in lines[: about["problems"]]]
    changes = [(row, name, code, words) for row, name, code, words in lines[about["problems"] :]]
    return Outcome(about["rows"], about["counts"], problems, changes)


def clear(folder: Path, now: datetime) -> int:
    """Delete the files of imports that nobody has touched for so many days; returns how many files."""
    before = (now - timedelta(days=LIMITS["kept_days"])).timestamp()
    old = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
