"""The bench runner, with benches that measure nothing."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.__main__ import BENCHES, main
from bench.goals import Figures, Goal, at_least, at_most, rows


@dataclass
class Fake:
    NAME: str
    GOALS: dict[str, Goal]
    figures: Figures

    def run(self) -> Figures:
        return self.figures


FAST = Fake("fast", {"ratio": at_least(0.25), "ms": at_most(40)}, {"ratio": 0.25, "ms": 40.01, "note": "warm"})
PLAIN = Fake("plain", {}, {"count": 12345.6})


def test_table_says_which_goals_are_reached(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fast"], [FAST, PLAIN]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert lines == [
        ["figure", "value", "goal"],
        ["fast.ratio", "0.25", "≥", "0.25", "达到"],
        ["fast.ms", "40.01", "≤", "40", "未达到"],
        ["fast.note", "warm"],
    ]


def test_without_names_all_benches_run(capsys: pytest.CaptureFixture[str]) -> None:
    main([], [FAST, PLAIN])
    out = capsys.readouterr().out
    assert "fast.ratio" in out
    assert "12,346" in out


def test_json_file_holds_figures_goals_and_the_machine(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    main(["fast", "--json", str(file)], [FAST, PLAIN])
    said = json.loads(file.read_text("utf-8"))
    assert said["figures"] == {"fast": {"ratio": 0.25, "ms": 40.01, "note": "warm"}}
    assert said["goals"]["fast.ms"] == {"goal": "≤ 40", "reached": False}
    assert said["goals"]["fast.ratio"]["reached"] is True
    assert {"python", "platform", "processors"} <= said.keys()


def test_unknown_name_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["slow"], [FAST, PLAIN])
    assert end.value.code == 2
    assert "slow" in (said := capsys.readouterr().err)
    assert "fast、plain" in said


def test_goal_without_its_figure_is_an_error() -> None:
    with pytest.raises(KeyError, match="fast: no figure ms"):
        rows("fast", {"ratio": 1}, {"ms": at_most(1)})


def test_every_bench_has_a_name_of_its_own() -> None:
    names = [bench.NAME for bench in BENCHES]
    assert sorted(names) == sorted(set(names))
    assert names[0] == "web"
