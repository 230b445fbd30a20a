"""The array path on 1,000,000 enterprises of miit-sme/2024, beside openfisca-core with the same formulas.

openfisca-core is under the AGPL, so nothing here depends on it: the first run makes a virtual environment in the
platform's cache folder and installs the pinned version there with pip; only `openfisca_peer.py`, run by that
environment's Python, imports it. Both get the same random answers and take turns; scores and levels must be equal on
all rows, or the run fails. Both have the answers at hand in their own types; timed is from there to all levels.

Its formulas are written in three ways. `documented`: fancy indexing, sums over booleans, tax scales, float32, as its
documentation has it. `select`: the same with select over the options. `integers`: plain numpy in milli-points inside
openfisca's formulas, the fastest we could make it. There is a goal on the documented way and one on the best of its own
means, the faster of the first two; `integers` stands beside them, for it uses little of openfisca.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.goals import Figures, at_least
from scoring.encode import Columns
from scoring.maturity import judge
from scoring.model import Indicator
from scoring.ruleset import find
from scoring.tables import tables

NAME = "openfisca"
GOALS = {"documented_to_judge": at_least(10), "own_best_to_judge": at_least(10)}
RULES = find("miit-sme/2024")
ENTERPRISES, SEED = 1_000_000, 2024
ROUNDS = {"select": 5, "documented": 1, "integers": 5}
OWN_MEANS = ("select", "documented")
PEER = Path(__file__).with_name("openfisca_peer.py")
VERSION = "46.0.1"
INSTALLED = ("openfisca-core==" + VERSION, "numpy==" + np.__version__)
Answers = dict[str, NDArray[Any]]


def run() -> Figures:
    """Seconds of both in turns, their ratios, how many rows agree; SystemExit when the peer cannot be installed."""
    python = environment()
    answers = random_answers(ENTERPRISES, np.random.default_rng(SEED))
    columns = columns_of(answers)
    judged = judge(RULES, columns)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "answers.npz", **answers)  # type: ignore[arg-type]
        ours, theirs = _in_turns(python, folder, columns)
        for variant in ROUNDS:
            _check_equal(variant, np.load(folder / f"{variant}.npy"), np.stack([judged.score, judged.level]))
    own = min(OWN_MEANS, key=lambda variant: theirs[variant])
    return {
        "enterprises": ENTERPRISES,
        "rows_equal": ENTERPRISES,
        "percent_at_levels": "/".join(f"{100 * share:.0f}" for share in np.bincount(judged.level) / ENTERPRISES),
        "judge_ms": round(ours * 1000, 1),
        **{f"openfisca_{variant}_ms": round(seconds * 1000, 1) for variant, seconds in theirs.items()},
        "openfisca_own_best": own,
        "documented_to_judge": round(theirs["documented"] / ours, 1),
        "own_best_to_judge": round(theirs[own] / ours, 1),
        "integers_to_judge": round(theirs["integers"] / ours, 1),
    }


def environment() -> Path:
    """The Python of the peer's own environment, made when it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "diagnose-bench" / f"openfisca-{VERSION}-numpy-{np.__version__}"
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        print(f"正在 {folder} 安装 {'、'.join(INSTALLED)} …", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *INSTALLED]
        if subprocess.run(install).returncode:
            raise SystemExit("openfisca 基准没有运行：openfisca-core 安装失败，原因见上；需要能访问 pip 源的网络。")
        done.touch()
    return python


def random_answers(count: int, chance: np.random.Generator) -> Answers:
    """Answers by question: places of options, a boolean for each tick, two numbers of a ratio, grades.

    Every enterprise has a strength of its own, so that all levels occur; round numbers often hit the ends of bands.
    """
    strength = chance.random(count)
    found: Answers = {}
    for each in RULES.indicators:
        if each.kind == "multi":
            found |= {f"{each.code}_{key}": chance.random(count) < strength for key in each.ticks}
        elif each.kind == "ratio_banded":
            total = chance.integers(1, 300, count, dtype=np.int32)
            found[f"{each.code}_den"] = total
            found[f"{each.code}_num"] = chance.binomial(total, strength).astype(np.int32)
        else:
            best = each.grades if each.kind == "scene" else len(each.options) - 1
            found[each.code] = chance.binomial(best, strength).astype(np.uint8)
    return found


def columns_of(answers: Answers) -> Columns:
    """The same answers as `scoring.encode` codes them, built at once."""
    found = tables(RULES)
    codes = np.stack([_codes(each, answers) for each in found.coded.indicators])
    grades = np.stack([1 + answers[each.code] for each in found.scenes.indicators])
    ratios = [each.code for each in found.ratios.indicators]
    num, den = (np.stack([answers[f"{code}_{part}"] for code in ratios]) for part in ("num", "den"))
    ratings = np.empty((0, 0, codes.shape[1]), dtype=np.int16)
    return Columns((found.coded.unanswered + 1 + codes).astype(found.coded.dtype), grades, num, den, ratings)


def _codes(indicator: Indicator, answers: Answers) -> NDArray[np.int64]:
    """Places counted from 0: of the option, or of the set of ticks."""
    if indicator.kind == "single":
        return answers[indicator.code].astype(np.int64)
    places = np.zeros(len(answers[f"{indicator.code}_{indicator.ticks[0]}"]), dtype=np.int64)
    for bit, key in enumerate(indicator.ticks):
        places |= answers[f"{indicator.code}_{key}"].astype(np.int64) << bit
    return places


def _in_turns(python: Path, folder: Path, columns: Columns) -> tuple[float, dict[str, float]]:
    """Median seconds of ours, and of each variant, each round of theirs between two of ours."""
    ours: list[float] = []
    theirs: dict[str, list[float]] = {variant: [] for variant in ROUNDS}
    with _peer(python, folder) as seconds_of:
        for turn in range(1 + max(ROUNDS.values())):
            for variant in (each for each, rounds in ROUNDS.items() if turn <= rounds):
                theirs[variant].append(seconds_of(variant))
                ours.append(_timed(columns))
    return median(ours), {variant: median(seconds[1:]) for variant, seconds in theirs.items()}


def _timed(columns: Columns) -> float:
    start = perf_counter()
    judge(RULES, columns)
    return perf_counter() - start


@contextmanager
def _peer(python: Path, folder: Path) -> Iterator[Callable[[str], float]]:
    """A function from the name of a variant to its seconds; RuntimeError when the peer has failed."""
    # -P: no module that lies beside the peer's file is taken for one that it imports.
    command = [str(each) for each in (python, "-P", PEER, RULES.path, folder / "answers.npz", folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def seconds_of(variant: str) -> float:
            assert process.stdin and process.stdout
            print(variant, file=process.stdin, flush=True)
            said = process.stdout.readline()
            if not said:
                raise RuntimeError(f"{PEER.name} ended in {variant}: see above")
            return float(said)

        yield seconds_of


def _check_equal(variant: str, theirs: NDArray[Any], ours: NDArray[Any]) -> None:
    """RuntimeError unless scores and levels (2, n) are equal on all rows."""
    different = np.count_nonzero((theirs != ours).any(axis=0))
    if different:
        raise RuntimeError(f"openfisca {variant}: other scores or levels on {different:,} of {ours.shape[1]:,} rows")
