"""The command line: ``python -m bench [NAME…] [--json FILE]``. It measures; a missed goal is a line, not a failure."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from bench import batch, diagnosis, district, documents, evidence, openfisca, path, radar, scoring_speed, web
from bench.goals import Figures, Goal, rows, table


class Bench(Protocol):
    """What the runner needs of a module."""

    NAME: str
    GOALS: dict[str, Goal]

    def run(self) -> Figures: ...


BENCHES: tuple[Bench, ...] = (
    web,
    diagnosis,
    radar,
    batch,
    scoring_speed,
    openfisca,
    evidence,
    district,
    path,
    documents,
)


def main(arguments: Sequence[str] | None = None, benches: Sequence[Bench] = BENCHES) -> int:
    """Run the named benches, or all; print each table as it is ready, and write all figures to the file of --json."""
    known = {bench.NAME: bench for bench in benches}
    options = _options(list(known), arguments)
    found: dict[str, Figures] = {}
    for name in options.names or known:
        found[name] = known[name].run()
        print(table(rows(name, found[name], known[name].GOALS)), end="\n\n", flush=True)
    if options.json:
        goals = {name: known[name].GOALS for name in found}
        options.json.write_text(json.dumps(_report(found, goals), ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0


def _options(names: list[str], arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description="性能基准：每项都与同一轮里的参照物相比。")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"{'、'.join(names)}；不写即全部")
    parser.add_argument("--json", metavar="FILE", type=Path, help="把全部数据写入这个文件")
    options = parser.parse_args(arguments)
    # Not argparse's own `choices`: with nargs="*" those refuse the empty list.
    unknown = [name for name in options.names if name not in names]
    if unknown:
        parser.error(f"没有 {'、'.join(unknown)}，可选：{'、'.join(names)}")
    return options


def _report(found: Mapping[str, Figures], goals: Mapping[str, Mapping[str, Goal]]) -> dict[str, object]:
    """All that was measured, and on what."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "figures": found,
        "goals": {
            f"{name}.{figure}": {"goal": str(goal), "reached": goal.reached(found[name][figure])}
            for name, wanted in goals.items()
            for figure, goal in wanted.items()
        },
    }


if __name__ == "__main__":
    sys.exit(main())
