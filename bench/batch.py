"""The batch command on 100,000 lines, or BENCH_LINES of them, beside Python's own JSON reading and writing them."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

from bench.goals import Figures, at_most
from scoring.model import Indicator
from scoring.ruleset import find

NAME = "batch"
GOALS = {"score_to_json": at_most(2.5), "score_peak_mb": at_most(300)}
SCHEME = "digital-portrait/2025"
LINES = int(os.environ.get("BENCH_LINES", "100000"))
ROUNDS = 3
SEED = 2025
PROJECT = Path(__file__).parent.parent
# A process of its own starts and times each command: Linux counts the memory of whoever starts a program as that
# program's, and the benches need more than a scorer does.
LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True)
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""
PEER = """
import json, sys
with open(sys.argv[1]) as source, open(sys.argv[2], "w") as sink:
    for line in source:
        sink.write(json.dumps(json.loads(line)) + "\\n")
"""


class Run(NamedTuple):
    """One finished command: wall seconds, and the most memory it held."""

    seconds: float
    peak_mb: float


def run() -> Figures:
    """Medians of whole processes taken in turns: seconds, lines a second, peak memory in MB, and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        lines, out = Path(folder) / "answers.jsonl", Path(folder) / "out.jsonl"
        _write(lines)
        score = [sys.executable, "-m", "scoring", "score", SCHEME, str(lines), "-o", str(out)]
        peer = [sys.executable, "-c", PEER, str(lines), str(out)]
        pairs = [(_timed(score), _timed(peer)) for _ in range(ROUNDS)]
    seconds = median(scored.seconds for scored, _ in pairs)
    return {
        "lines": LINES,
        "score_s": round(seconds, 2),
        "score_lines_per_s": round(LINES / seconds),
        "json_s": round(median(plain.seconds for _, plain in pairs), 2),
        "score_to_json": round(median(scored.seconds / plain.seconds for scored, plain in pairs), 2),
        "score_peak_mb": round(median(scored.peak_mb for scored, _ in pairs), 1),
        "json_peak_mb": round(median(plain.peak_mb for _, plain in pairs), 1),
    }


def _write(path: Path) -> None:
    """Random complete answers, the same at every run."""
    random, rules = Random(SEED), find(SCHEME)
    with path.open("w") as sink:
        for number in range(LINES):
            answers = {one.code: _answer(one, random) for one in rules.indicators}
            sink.write(json.dumps({"id": str(number), "answers": answers}) + "\n")


def _answer(indicator: Indicator, random: Random) -> object:
    if indicator.kind == "ratio":
        whole = random.randint(1, 500)
        return {"num": random.randint(0, whole), "den": whole}
    if indicator.kind == "single":
        return random.choice(indicator.options)
    return random.sample(indicator.ticks, random.randint(0, len(indicator.ticks))) or [indicator.none]


def _timed(command: list[str]) -> Run:
    """Run it; CalledProcessError when it fails."""
    launched = [sys.executable, "-c", LAUNCHER, *command]
    return Run(*json.loads(subprocess.run(launched, cwd=PROJECT, check=True, stdout=subprocess.PIPE).stdout))
