"""The scorer on miit-sme/2024: a million enterprises beside numpy.copy of as many bytes; one; a batch beside JSON."""

import io
import json
import resource
from itertools import cycle
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from bench.goals import Figures, at_most
from bench.timing import medians
from scoring.batch import score
from scoring.encode import Columns, compact, encode
from scoring.explain import explain
from scoring.maturity import judge
from scoring.model import Indicator
from scoring.ruleset import find

NAME = "scoring"
GOALS = {
    "judge_to_copy": at_most(8),
    "one_us": at_most(60),
    "trace_ms": at_most(1),
    "batch_to_json": at_most(2.5),
    "peak_mb": at_most(300),
}
SCHEME = find("miit-sme/2024")
MANY, LINES, FIRMS, ROUNDS, CALLS = 1_000_000, 1_000_000, 2000, 5, 50
OUTPUT = 4 + 1  # bytes of a score and a level


def run() -> Figures:
    """Medians and ratios of one run; the batch first, while nothing else fills the memory."""
    firms = _firms(Random(2024))
    batch = _batch(firms)
    return batch | _million(firms) | _one(firms)


def _answer(indicator: Indicator, chance: Random) -> Any:
    if indicator.kind == "single":
        return chance.choice(indicator.options)
    if indicator.kind == "multi":
        return [key for key in indicator.ticks if chance.random() < 0.5] or [indicator.none]
    if indicator.kind == "scene":
        return chance.randint(0, indicator.grades)
    total = chance.randint(1, 300)
    return {"num": chance.randint(0, total), "den": total}


def _firms(chance: Random) -> list[dict[str, Any]]:
    return [{each.code: _answer(each, chance) for each in SCHEME.indicators} for _ in range(FIRMS)]


def _batch(firms: list[dict[str, Any]]) -> dict[str, float | str]:
    """Whole passes over the lines, and the most memory this process has held by then."""
    answers = [{"id": f"企业{number}", "answers": firm} for number, firm in enumerate(firms)]
    lines = [json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in answers]
    rounds = LINES // ROUNDS // FIRMS
    pairs = [(_scored(lines, rounds), _reread(lines, rounds)) for _ in range(ROUNDS)]
    return {
        "batch_us": round(median(scored for scored, _ in pairs) / rounds / FIRMS * 1e6, 2),
        "batch_to_json": round(median(scored / plain for scored, plain in pairs), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


class _Lines(io.RawIOBase):
    """The same lines over and over, without ever being held at once."""

    def __init__(self, lines: list[bytes], rounds: int) -> None:
        self.left = (line for _ in range(rounds) for line in lines)

    def readline(self, size: int | None = -1) -> bytes:
        return next(self.left, b"")


class _Nowhere(io.RawIOBase):
    def write(self, data: Any) -> int:
        return len(data)


def _scored(lines: list[bytes], rounds: int) -> float:
    start = perf_counter()
    score(SCHEME, _Lines(lines, rounds), _Nowhere())  # type: ignore[arg-type]
    return perf_counter() - start


def _reread(lines: list[bytes], rounds: int) -> float:
    start = perf_counter()
    for _ in range(rounds):
        for line in lines:
            json.dumps(json.loads(line))
    return perf_counter() - start


def _million(firms: list[dict[str, Any]]) -> dict[str, float | str]:
    """judge beside numpy.copy of 1 byte a coded answer, 4 + 4 a ratio, 4 a score and 1 a level."""
    few = encode(SCHEME, firms)
    chosen = np.random.default_rng(2024).integers(0, len(few), MANY)
    parts: list[Any] = [few.codes, few.grades, few.num, few.den, few.ratings]
    many = compact(SCHEME, Columns(*(each.take(chosen, axis=-1) for each in parts)))
    width = len(many.codes) + len(many.grades) + 8 * len(many.num) + OUTPUT
    same = np.ones(MANY * width, dtype=np.uint8)
    seconds = medians({"judge": lambda: judge(SCHEME, many), "copy": lambda: np.copy(same)}, 15)
    return {
        "judge_million_ms": round(seconds["judge"] * 1000, 1),
        "copy_ms": round(seconds["copy"] * 1000, 1),
        "judge_to_copy": round(seconds["judge"] / seconds["copy"], 2),
    }


def _one(firms: list[dict[str, Any]]) -> dict[str, float | str]:
    """One enterprise at a time, another at every call, from its answers to score and level; and its trace."""
    turn = cycle(firms)
    both = {"one": lambda: judge(SCHEME, encode(SCHEME, [next(turn)])), "trace": lambda: explain(SCHEME, next(turn))}
    seconds = medians(both, len(firms) // CALLS, CALLS)
    return {"one_us": round(seconds["one"] * 1e6, 1), "trace_ms": round(seconds["trace"] * 1000, 3)}
