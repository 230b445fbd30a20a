"""The command: files and pipes, exit statuses, and that a failed run leaves no file behind."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scoring.firms import everything, nothing
from tests.scoring.oracle import NAME, NAMES, RULESETS

ROOT = Path(__file__).parents[2]
GOOD = "".join(
    json.dumps({"id": name, "answers": answers}) + "\n" for name, answers in {"a": nothing(), "b": everything()}.items()
)
BAD = '{"id": "c", "answers": {"cnc_rate": {"num": 50, "den": 40}}}\n'
REASON = "cnc_rate: numerator 50 is larger than denominator 40"


def scoring(*arguments: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "scoring", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, encoding="utf-8", check=False)


def ids(text: str) -> list[str | None]:
    return [json.loads(line)["id"] for line in text.splitlines()]


def test_it_reads_standard_input_and_writes_standard_output() -> None:
    done = scoring("score", NAME, text=GOOD)
    assert (done.returncode, done.stderr, ids(done.stdout)) == (0, "", ["a", "b"])


def test_it_reads_a_file_and_writes_a_file(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(GOOD)
    done = scoring("score", NAME, tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ids((tmp_path / "out.jsonl").read_text(encoding="utf-8")) == ["a", "b"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_output_may_replace_the_input(tmp_path: Path) -> None:
    path = tmp_path / "both.jsonl"
    path.write_text(GOOD)
    assert scoring("score", NAME, path, "-o", path).returncode == 0
    assert ids(path.read_text(encoding="utf-8")) == ["a", "b"]


def test_a_bad_line_ends_with_2_and_leaves_no_output(tmp_path: Path) -> None:
    done = scoring("score", NAME, "-o", tmp_path / "out.jsonl", text=GOOD + BAD)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"line 3: {REASON}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_an_older_output_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("old")
    assert scoring("score", NAME, "-o", tmp_path / "out.jsonl", text=GOOD + BAD).returncode == 2
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("out.jsonl", "old")]


def test_keep_going_scores_the_good_lines_and_ends_with_1(tmp_path: Path) -> None:
    done = scoring("score", NAME, "--keep-going", "-o", tmp_path / "out.jsonl", text=BAD + GOOD)
    assert (done.returncode, done.stderr) == (1, f"line 1: {REASON}\n")
    first, *rest = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {"id": "c", "error": REASON}
    assert ids("\n".join(rest)) == ["a", "b"]


def test_keep_going_without_bad_lines_ends_with_0() -> None:
    assert scoring("score", NAME, "--keep-going", text=GOOD).returncode == 0


@pytest.mark.parametrize(
    "name", ["digital-portrait/1999", "../scoring/rules/digital-portrait/2025", "", "digital-portrait"]
)
def test_an_unknown_scheme_ends_with_2(name: str, tmp_path: Path) -> None:
    done = scoring("score", name, "-o", tmp_path / "out.jsonl", text=GOOD)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{name}: unknown ruleset; known: {', '.join(sorted(NAMES))}\n"
    assert list(tmp_path.iterdir()) == []


def test_unreadable_input_ends_with_2_and_one_line(tmp_path: Path) -> None:
    done = scoring("score", NAME, tmp_path / "absent.jsonl", "-o", tmp_path / "out.jsonl")
    assert (done.returncode, done.stderr) == (2, f"{tmp_path / 'absent.jsonl'}: No such file or directory\n")
    assert scoring("score", NAME, tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_output_that_cannot_be_written_ends_with_2(tmp_path: Path) -> None:
    done = scoring("score", NAME, "-o", tmp_path / "no" / "out.jsonl", text=GOOD)
    assert done.returncode == 2 and "No such file or directory" in done.stderr
    done = scoring("score", NAME, "-o", tmp_path, text=GOOD)
    assert (done.returncode, done.stderr) == (2, f"{tmp_path} is not a regular file\n")
    assert scoring("score", NAME, "-o", os.devnull, text=GOOD).returncode == 2
    assert not Path(os.devnull).is_file()


def test_a_reader_that_has_gone_is_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "scoring", "score", NAME]
    done = subprocess.run(command, cwd=ROOT, input=GOOD.encode(), stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (2, b"standard output was closed\n")


def test_rulesets_lists_name_title_and_sha256_by_tabs() -> None:
    done = scoring("rulesets")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [name for name, _, _ in lines] == sorted(NAMES)
    assert [NAME, "企业数字画像（2025版）"] in [line[:2] for line in lines]
    for name, title, sha256 in lines:
        assert title == RULESETS[name].title
        assert sha256 == hashlib.sha256(RULESETS[name].path.read_bytes()).hexdigest()


def test_no_command_ends_with_2() -> None:
    assert scoring().returncode == 2
