"""Mutated rulesets and mutated lines: whatever is wrong with them is said cleanly, and nothing else ever happens."""

import io
import json
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pytest

from scoring.batch import BadLine, score
from scoring.input import LineError
from scoring.model import RulesetError
from scoring.ruleset import Ruleset, parse
from tests.scoring.oracle import NAMES, RULESETS
from tests.scoring.test_trace import top

ODD = [
    "",
    "null",
    "NA",
    "NaN",
    "-1",
    "1e999999",
    "0.0000001",
    "9" * 400,
    "[]",
    "{}",
    "true",
    "\u0000",
    "\ud7ff",
    ":",
    "&a",
    "*a",
]
ODD += [
    "[[[[",
    "!!python/none",
    "- ",
    "\t",
    "'",
    '"',
    "#",
    "\n",
    "\n  ",
    "无",
    "scene",
    "ratings",
    "max_points",
    "99999999999",
]


def cut(text: str, chance: Random) -> str:
    start = chance.randrange(len(text))
    return text[:start] + text[start + chance.randrange(1, 30) :]


def put(text: str, chance: Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(ODD) + text[at + chance.randrange(0, 4) :]


def swap_words(text: str, chance: Random) -> str:
    words = text.split(" ")
    here, there = chance.randrange(len(words)), chance.randrange(len(words))
    words[here], words[there] = words[there], words[here]
    return " ".join(words)


def repeat(text: str, chance: Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at : at + chance.randrange(1, 60)] + text[at:]


CHANGES: tuple[Callable[[str, Random], str], ...] = (cut, put, swap_words, repeat)


def mutated(text: str, chance: Random) -> str:
    for _ in range(chance.randrange(1, 4)):
        text = chance.choice(CHANGES)(text, chance) or "x"
    return text


@pytest.mark.parametrize("name", NAMES)
def test_a_mutated_ruleset_is_read_or_refused_with_file_and_line(name: str) -> None:
    chance, path = Random(name), Path("rules/mutated.yaml")
    text = RULESETS[name].path.read_text(encoding="utf-8")
    refused = 0
    for _ in range(40):
        try:
            assert parse(mutated(text, chance).encode("utf-8", "replace"), path).levels
        except RulesetError as error:
            refused += 1
            assert str(error).startswith("rules/mutated.yaml:") and "\n" not in str(error)
    assert refused > 10


def lines_of(ruleset: Ruleset) -> list[str]:
    answers = top(ruleset)
    low = {
        each.code: "NA" if ruleset.may_not_apply(each.code) else answers[each.code] for each in ruleset.indicators[:3]
    }
    texts = [json.dumps({"id": "a", "answers": each}, ensure_ascii=False) for each in (answers, answers | low, low, {})]
    return [*texts, texts[0].replace('"num": 1', '"num": 0.3'), texts[0].replace("[1,", "[0.333,")]


@pytest.mark.parametrize("name", NAMES)
def test_a_mutated_line_is_scored_or_becomes_a_clean_error(name: str) -> None:
    ruleset, chance = RULESETS[name], Random(name)
    lines = [mutated(line, chance).encode("utf-8", "surrogatepass") for line in islice(cycle(lines_of(ruleset)), 3000)]
    source, sink, reported = io.BytesIO(b"\n".join(lines)), io.BytesIO(), list[str]()
    bad = score(ruleset, source, sink, reported.append)
    found = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert bad == len(reported) == sum("error" in each for each in found) > 100
    assert any("error" not in each for each in found)
    assert all("\n" not in each and each.startswith("line ") for each in reported)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_bad_line_stops_a_run_and_is_named(name: str) -> None:
    chance = Random(name)
    for line in islice(cycle(lines_of(RULESETS[name])), 200):
        source = io.BytesIO(mutated(line, chance).encode("utf-8", "surrogatepass"))
        try:
            score(RULESETS[name], source, io.BytesIO())
        except BadLine as error:
            assert str(error).startswith("line ")
        except LineError:
            pytest.fail("an error of a single line escaped")
