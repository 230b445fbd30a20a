"""A second scorer to compare with: plain Fractions over the parsed YAML, one answer set at a time, nothing shared.

Also what tests need around it: answer sets drawn at random, and every way to answer one indicator.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from math import floor
from typing import Any

import yaml
from hypothesis import strategies as st

from scoring.ruleset import find

NAME = "digital-portrait/2025"
RULESET = find(NAME)
NA = "NA"

Raw = dict[str, Any]
Answers = dict[str, Any]


def raw(text: str) -> Raw:
    """A ruleset file as PyYAML reads it."""
    loaded: Raw = yaml.safe_load(text)
    return loaded


RAW = raw(RULESET.path.read_text(encoding="utf-8"))


def exact(number: object) -> Fraction:
    return Fraction(str(number))


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def indicators(ruleset: Raw) -> list[Raw]:
    return [each for dimension in ruleset["dimensions"] for each in dimension["indicators"]]


def milli_points(indicator: Raw, answer: Any) -> int:
    if answer == NA:
        return 0
    if indicator["kind"] == "ratio":
        share = exact(answer["num"]) / exact(answer["den"])
        knots = [(exact(x), exact(y)) for x, y in indicator["knots"]]
        for (x0, y0), (x1, y1) in pairwise(knots):
            if x0 <= share <= x1:
                return half_up(1000 * (y0 + (y1 - y0) * (share - x0) / (x1 - x0)))
        raise AssertionError(share)
    if indicator["kind"] == "single":
        return half_up(1000 * exact(indicator["options"][answer]))
    ticked = [key for key in answer if key != indicator.get("none")]
    if indicator.get("rule") == "count":
        options = [key for key in indicator["options"] if key != indicator.get("none")]
        return half_up(1000 * exact(indicator["max_points"]) * len(ticked) / len(options))
    return half_up(1000 * sum((exact(indicator["options"][key]) for key in ticked), Fraction(0)))


def holds(indicator: Raw, condition: Raw, answer: Any) -> bool:
    if "at_least" in condition:
        return exact(answer["num"]) / exact(answer["den"]) >= exact(condition["at_least"])
    if "ticked_at_least" in condition:
        least: int = condition["ticked_at_least"]
        return len([key for key in answer if key != indicator.get("none")]) >= least
    keys = list(indicator["options"])
    return keys.index(answer) >= keys.index(condition["option_at_least"])


def judge(ruleset: Raw, answers: Answers) -> tuple[dict[str, int], int, int, list[str]]:
    """Milli-points by indicator (0 for 不适用), score and level of a complete answer set, names of unmet conditions."""
    known = {each["code"]: each for each in indicators(ruleset)}
    points = {code: milli_points(each, answers[code]) for code, each in known.items()}
    most = sum(exact(each["max_points"]) * 1000 for code, each in known.items() if answers[code] != NA)
    unit = 10 ** ruleset["decimals"]
    score = half_up(100 * unit * Fraction(sum(points.values())) / most)
    level, unmet = 0, []
    for candidate in ruleset["levels"]:
        unmet = ["score"] if score < exact(candidate["min_score"]) * unit else []
        for condition in candidate["conditions"]:
            code = condition["indicator"]
            if not holds(known[code], condition, answers[code]):
                unmet.append(code)
        if unmet:
            break
        level = candidate["level"]
    return points, score, level, unmet


def value(indicator: Raw, number: int) -> Any:
    """The answer to the indicator, but 不适用, that a number from 0 to 65535 stands for: cheap to draw at random."""
    if indicator["kind"] == "ratio":
        den = number % 256 % 60 + 1
        return {"num": number // 256 % (den + 1), "den": den}
    keys = list(indicator["options"])
    if indicator["kind"] == "single":
        return keys[number % len(keys)]
    ticks = [key for key in keys if key != indicator.get("none")]
    ticked = [key for place, key in enumerate(ticks) if number >> place & 1]
    return ticked or [indicator.get("none", ticks[0])]


@st.composite
def answer_sets(draw: st.DrawFn, ruleset: Raw, blanks: bool = False) -> Answers:
    """A valid answer set; with `blanks` some answers may be missing."""
    known = indicators(ruleset)
    numbers = draw(st.lists(st.integers(0, 65535), min_size=len(known), max_size=len(known)))
    answers = {each["code"]: value(each, number) for each, number in zip(known, numbers, strict=True)}
    if blanks:
        answers = {code: answer for code, answer in answers.items() if draw(st.integers(0, 3))}
    for group in ruleset["not_applicable"]:
        if draw(st.booleans()):
            answers.update({code: NA for code in group if code in answers})
    return answers


def every_value(indicator: Raw) -> list[Any]:
    """All answers to a small indicator; for a ratio the knots, the tenths and what lies between."""
    if indicator["kind"] == "ratio":
        return [{"num": num, "den": 20} for num in range(21)]
    keys = list(indicator["options"])
    if indicator["kind"] == "single":
        return keys
    ticks = [key for key in keys if key != indicator.get("none")]
    sets = [list(some) for size in range(1, len(ticks) + 1) for some in combinations(ticks, size)]
    return sets + ([[indicator["none"]]] if "none" in indicator else [])


def completions(ruleset: Raw, answers: Answers, applies: frozenset[str] = frozenset()) -> Iterator[Answers]:
    """Every way to complete an answer set, 不适用 included: all of a group or none of it."""
    blank = next((each for each in indicators(ruleset) if each["code"] not in answers), None)
    if blank is None:
        yield answers
        return
    code = blank["code"]
    group = next((set(each) for each in ruleset["not_applicable"] if code in each), set())
    said = {answers[each] == NA for each in group if each in answers}
    for each in every_value(blank) if True not in said else []:
        yield from completions(ruleset, answers | {code: each}, applies)
    if True in said or (group and False not in said and not group & applies):
        yield from completions(ruleset, answers | {code: NA}, applies)
