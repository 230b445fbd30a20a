"""A second opinion: works out points, score, level and its conditions in a trace again, from the answers and the YAML.

Of an issued document (JSON) also whether the facts in it give the answers; its signature is not looked at.

Shares no code with the scorer, only the file formats; every number is a Fraction of the decimals written.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

import yaml

# All that reading something of another shape can raise.
WRONG = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, StopIteration, RecursionError)
FOLLOWS = ", and the answers follow from the facts"
RULES = Path(__file__).parent / "rules"
Raw = Any  # what YAML and JSON hold; every scalar of the YAML is text
Rules = dict[str, Raw]  # what the ruleset says of each indicator


class Test(NamedTuple):
    """Something a level asks: `have` must be at least `need`."""

    name: str
    need: Fraction
    have: Fraction

    @property
    def holds(self) -> bool:
        return self.have >= self.need


class Found(NamedTuple):
    """What the answers give: points by indicator, the score, and the tests of each level, lowest first."""

    points: dict[str, Fraction | None]
    score: Fraction
    levels: list[list[Test]]


class Unverifiable(ValueError):
    """Not a trace, or its ruleset is not here."""


def exact(number: Raw) -> Fraction:
    """A number of the trace, as the decimal written."""
    if not re.fullmatch(r"[0-9]{1,40}(\.[0-9]{1,40})?", number):
        raise Unverifiable(f"{number[:40]!r} is not a decimal number")
    return Fraction(number)


def rounded(value: Fraction, places: int) -> Fraction:
    """Half-up, to so many decimals."""
    return Fraction(floor(value * 10**places + Fraction(1, 2)), 10**places)


def between(knots: Raw, share: Fraction) -> Fraction:
    """The points of a ratio on the line between two knots."""
    pairs = [(Fraction(x), Fraction(y)) for x, y in knots]
    (x0, y0), (x1, y1) = next(each for each in pairwise(pairs) if share <= each[1][0])
    return y0 + (y1 - y0) * (share - x0) / (x1 - x0)


def in_band(bands: Raw, share: Fraction) -> Fraction:
    """The points of the last band that begins at or below the ratio."""
    points = Fraction(0)
    for band in bands:
        start = Fraction(band["range"][1:].split(",")[0])
        if share > start or (share == start and band["range"][0] == "["):
            points = Fraction(band["points"])
    return points


def share_of(answer: Raw) -> Fraction:
    return exact(answer["num"]) / exact(answer["den"])


def ticked(rule: Raw, answer: Raw) -> list[str]:
    return [key for key in answer if key != rule.get("none")]


def points_of(rule: Raw, answer: Raw) -> Fraction | None:
    """The points of one answer; None for what is 不适用 and for scenes."""
    if answer == "NA" or rule["kind"] == "scene":
        return None
    if rule["kind"] == "single":
        return Fraction(rule["options"][answer])
    if rule["kind"] == "ratio_banded":
        return in_band(rule["bands"], share_of(answer))
    if rule["kind"] == "ratio":
        return rounded(between(rule["knots"], share_of(answer)), 3)
    keys = ticked(rule, answer)
    if "rule" in rule:
        among = len(ticked(rule, rule["options"]))
        return rounded(Fraction(rule["max_points"]) * len(keys) / among, 3)
    return sum((Fraction(rule["options"][key]) for key in keys), Fraction(0))


def amount(rule: Raw, value: Raw) -> Fraction:
    """What a test compares: a ratio, how many are ticked, the place of an option, else the number itself."""
    if isinstance(value, dict):
        return share_of(value)
    if isinstance(value, list):
        return Fraction(len(ticked(rule, value)))
    return Fraction(list(rule["options"]).index(value)) if rule.get("kind") == "single" else exact(str(value))


def tests_of(level: Raw, rules: Rules, answers: Raw, score: Fraction) -> list[Test]:
    """All that a level of the points family asks: the score, conditions on indicators, counts of scenes."""
    tests = [Test("score", Fraction(level["min_score"]), score)]
    for each in level["conditions"]:
        code = each["indicator"]
        (need,) = (value for key, value in each.items() if key != "indicator")
        tests.append(Test(code, amount(rules[code], need), amount(rules[code], answers[code])))
    scenes = [code for code, rule in rules.items() if rule["kind"] == "scene"]
    for gate in level.get("gates", []):
        counted = [code for code in scenes if gate["count"] == "scenes" or rules[code]["binding"] == "true"]
        have = sum(answers[code] >= int(gate["graded"]) for code in counted)
        tests.append(Test(gate["count"], Fraction(gate["at_least"]), Fraction(have)))
    return tests


def by_points(ruleset: Raw, rules: Rules, answers: Raw) -> Found:
    """The points family."""
    points = {code: points_of(rule, answers[code]) for code, rule in rules.items()}
    most = sum(Fraction(rules[code]["max_points"]) for code, got in points.items() if got is not None)
    total = sum((got for got in points.values() if got is not None), Fraction(0))
    score = rounded(100 * total / most, int(ruleset["decimals"]))
    return Found(points, score, [tests_of(each, rules, answers, score) for each in ruleset["levels"]])


def by_ratings(ruleset: Raw, rules: Rules, answers: Raw) -> Found:
    """The ratings family: points are percent of all weights, at the level under test; the score is S."""
    weights = {code: rule["weight"] for code, rule in rules.items() if answers[code] != "NA"}
    rated = [
        {code: exact(answers[code][at]) * weights[code] for code in weights} for at in range(len(ruleset["levels"]))
    ]
    scores = [rounded(sum(each.values()) / sum(weights.values()), 2) for each in rated]
    levels = [[Test("A", Fraction(ruleset["met_at"]), score)] for score in scores]
    met = reached(levels)
    tested = rated[min(met, len(levels) - 1)]
    return Found({code: tested.get(code) for code in rules}, sum(scores[met : met + 1], Fraction(met)), levels)


def reached(levels: list[list[Test]]) -> int:
    """How many levels, from the lowest, have all their tests hold."""
    return next((at for at, tests in enumerate(levels) if not all(test.holds for test in tests)), len(levels))


def read_rules(name: str) -> tuple[Raw, str]:
    """The ruleset of that name and the sha256 of its file."""
    path = RULES / f"{name}.yaml"
    if not re.fullmatch(r"[0-9a-z-]+/[0-9a-z-]+", name) or not path.is_file():
        raise Unverifiable(f"no ruleset {name!r}")
    raw = path.read_bytes()
    return yaml.load(raw, Loader=yaml.BaseLoader), hashlib.sha256(raw).hexdigest()


def rules_of(ruleset: Raw) -> Rules:
    """The indicators by code; a sub-domain gets its weight in percent of all."""
    if ruleset.get("family") != "ratings":
        return {each["code"]: each for dimension in ruleset["dimensions"] for each in dimension["indicators"]}
    return {
        sub["code"]: {
            "weight": Fraction(int(element["percent"]) * int(domain["percent"]) * int(sub["percent"]), 10_000)
        }
        for element in ruleset["elements"]
        for domain in element["domains"]
        for sub in domain["sub_domains"]
    }


def differences(trace: Raw, ruleset: Raw, sha256: str) -> Iterator[str]:
    """What the trace says otherwise than its answers and the ruleset do."""
    if sha256 != trace["sha256"]:
        yield f"sha256: the trace says {trace['sha256']}, the file of {trace['ruleset']} has {sha256}"
    rules, answers = rules_of(ruleset), {each["code"]: each["answer"] for each in trace["indicators"]}
    if answers.keys() != rules.keys():
        yield "indicators: are not those of the ruleset"
    found = (by_ratings if ruleset.get("family") == "ratings" else by_points)(ruleset, rules, answers)
    for each in trace["indicators"]:
        said, got = each["points"], found.points.get(each["code"])
        if (said if said is None else exact(said)) != got:
            yield f"{each['code']}: the trace says {said} points, the answer gives {got}"
    level = reached(found.levels)
    score = exact(trace["score"]["score"])
    if score != found.score:
        yield f"score: the trace says {score}, the answers give {found.score}"
    if trace["level"] != level:
        yield f"level: the trace says {trace['level']}, the answers give {level}"
    for number, (tests, one) in enumerate(zip(found.levels, trace["levels"], strict=True), start=1):
        yield from in_level(f"level {number}", tests, one["conditions"], rules)
        if one["reached"] != (number <= level):
            yield f"level {number}: the trace says reached {one['reached']}, the answers give level {level}"


def in_level(level: str, tests: list[Test], conditions: list[Raw], rules: Rules) -> Iterator[str]:
    """The conditions shown otherwise than they are."""
    for test, shown in zip(tests, conditions, strict=True):
        need, have = (amount(rules.get(test.name, {}), shown[end]) for end in ("need", "have"))
        if (shown["condition"], need, have, shown["holds"]) != (*test, test.holds):
            said = f"{shown['condition']} {shown['have']} of {shown['need']}, holds {shown['holds']}"
            yield f"{level}: the trace says {said}; it is {test.name} {test.have} of {test.need}, holds {test.holds}"


def normal(value: Raw) -> Raw:
    """A fact or an answer for comparing: numbers, also those written as text, exactly."""
    if isinstance(value, list):
        return [normal(each) for each in value]
    if isinstance(value, dict):
        return {key: normal(each) for key, each in value.items()}
    return Fraction(str(value)) if re.fullmatch(r"[0-9]{1,40}(\.[0-9]{1,40})?", str(value)) else value


def given(read: Raw, facts: Raw) -> Raw:
    """The answer that facts give; ``read`` says which they are, and which one makes it 不适用."""
    unless = read.get("unless")
    if unless and facts.get(unless["fact"]) == unless["value"]:
        return "NA"
    values = [facts.get(code) for code in read["facts"]]
    return values[0] if len(values) == 1 else {"num": values[0], "den": values[1]}


def from_facts(content: Raw) -> Iterator[str]:
    """The answers in an issued document that its facts do not give."""
    for each in content["trace"]["indicators"]:
        found = given(content["reads"][each["code"]], content["facts_read"])
        if normal(found) != normal(each["answer"]):
            yield f"{each['code']}: the trace says {each['answer']!r}, the facts give {found!r}"


def main(file: Path) -> int:
    """Says what differs and returns 0 when nothing does, 1 when something does, 2 when it cannot be told."""
    try:
        read = json.loads(file.read_bytes())
        sealed, content = "content" in read, read.get("content", read)
        issued = "trace" in content
        trace = content["trace"] if issued else read
        found = list(differences(trace, *read_rules(trace["ruleset"])))
        found += from_facts(content) if issued else ()
    except WRONG as error:
        print(f"{file}: cannot be verified: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for each in found:
        print(each)
    if not found:
        print("points, score, level and conditions agree" + FOLLOWS * issued)
    if sealed:
        print("the signature is not checked here: use `flask verify-seal`")
    return 1 if found else 0
