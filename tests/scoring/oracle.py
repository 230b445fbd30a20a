"""A second scorer to compare with: plain Fractions over the parsed YAML, one answer set at a time, nothing shared.

Also what tests need around it: answer sets drawn at random, and every way to answer one indicator.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise, product
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
NAMES = ["digital-portrait/2025", "miit-sme/2024", "gbt-39116/2020-process", "gbt-39116/2020-discrete"]
RULESETS = {name: find(name) for name in NAMES}
RAWS = {name: raw(ruleset.path.read_text(encoding="utf-8")) for name, ruleset in RULESETS.items()}


def exact(number: object) -> Fraction:
    return Fraction(str(number))


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def indicators(ruleset: Raw) -> list[Raw]:
    """All indicators; a sub-domain gets its kind, its weight in millionths and how often it is rated."""
    if "elements" not in ruleset:
        return [each for dimension in ruleset["dimensions"] for each in dimension["indicators"]]
    return [
        each
        | {"kind": "ratings", "element": element["title"], "times": len(ruleset["levels"])}
        | {"weight": element["percent"] * domain["percent"] * each["percent"]}
        for element in ruleset["elements"]
        for domain in element["domains"]
        for each in domain["sub_domains"]
    ]


def groups(ruleset: Raw) -> list[list[str]]:
    """What is 不适用 together: in the ratings family every sub-domain by itself."""
    if "elements" in ruleset:
        return [[each["code"]] for each in indicators(ruleset)]
    found: list[list[str]] = ruleset["not_applicable"]
    return found


def in_band(share: Fraction, band: Raw, endless: bool) -> bool:
    start, to = (exact(end) for end in band["range"][1:-1].split(", "))
    after = share >= start if band["range"][0] == "[" else share > start
    return after and (endless or (share <= to if band["range"][-1] == "]" else share < to))


def milli_points(indicator: Raw, answer: Any) -> int:
    if answer == NA or indicator["kind"] == "scene":
        return 0
    if indicator["kind"] == "ratio_banded":
        share, bands = exact(answer["num"]) / exact(answer["den"]), indicator["bands"]
        endless = [indicator.get("may_exceed_one", False) and band is bands[-1] for band in bands]
        (hit,) = [band for band, beyond in zip(bands, endless, strict=True) if in_band(share, band, beyond)]
        return half_up(1000 * exact(hit["points"]))
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


def passes(ruleset: Raw, gate: Raw, answers: Answers) -> bool:
    scenes = [each for each in indicators(ruleset) if each["kind"] == "scene"]
    counted = [each for each in scenes if each["binding"] or gate["count"] == "scenes"]
    return len([each for each in counted if answers[each["code"]] >= gate["graded"]]) >= int(gate["at_least"])


def judge(ruleset: Raw, answers: Answers) -> tuple[dict[str, int], int, int, list[str]]:
    """Milli-points by indicator (0 for 不适用), score and level of a complete answer set, names of unmet conditions."""
    if "elements" in ruleset:
        return judge_ratings(ruleset, answers)
    known = {each["code"]: each for each in indicators(ruleset)}
    points = {code: milli_points(each, answers[code]) for code, each in known.items()}
    most = sum(exact(each.get("max_points", 0)) * 1000 for code, each in known.items() if answers[code] != NA)
    unit = 10 ** ruleset["decimals"]
    score = half_up(100 * unit * Fraction(sum(points.values())) / most)
    level, unmet = 0, []
    for candidate in ruleset["levels"]:
        unmet = ["score"] if score < exact(candidate["min_score"]) * unit else []
        for condition in candidate["conditions"]:
            code = condition["indicator"]
            if not holds(known[code], condition, answers[code]):
                unmet.append(code)
        unmet += [gate["count"] for gate in candidate.get("gates", []) if not passes(ruleset, gate, answers)]
        if unmet:
            break
        level = candidate["level"]
    return points, score, level, unmet


def judge_ratings(ruleset: Raw, answers: Answers) -> tuple[dict[str, int], int, int, list[str]]:
    """The same for the ratings family; the points are the milli-ratings at the level under test."""
    scores = [half_up(100 * mean) for mean in means(ruleset, answers)]
    level = 0
    while level < len(scores) and scores[level] >= 100 * exact(ruleset["met_at"]):
        level += 1
    top = level == len(scores)
    tested = level - 1 if top else level
    points = {code: 0 if answer == NA else half_up(1000 * exact(answer[tested])) for code, answer in answers.items()}
    return points, 100 * level + (0 if top else scores[level]), level, [] if top else ["A"]


def means(ruleset: Raw, answers: Answers) -> list[Fraction]:
    """The weighted mean rating of every level, before rounding."""
    used = [each for each in indicators(ruleset) if answers[each["code"]] != NA]
    whole = sum(each["weight"] for each in used)
    return [
        sum((each["weight"] * exact(answers[each["code"]][at]) for each in used), Fraction(0)) / whole
        for at in range(len(ruleset["levels"]))
    ]


def value(indicator: Raw, number: int) -> Any:
    """The answer to the indicator, but 不适用, that a number from 0 to 65535 stands for: cheap to draw at random."""
    if indicator["kind"] in ("ratio", "ratio_banded"):
        den = number % 256 % 60 + 1
        beyond = 3 * den if indicator.get("may_exceed_one") and number % 5 == 0 else 0
        return {"num": number // 256 % (den + 1) + beyond, "den": den}
    if indicator["kind"] == "scene":
        return number % (indicator["grades"] + 1)
    if indicator["kind"] == "ratings":
        return [Decimal(1000 - number % 997 * at // 4 % 1001) / 1000 for at in range(indicator["times"])]
    keys = list(indicator["options"])
    if indicator["kind"] == "single":
        return keys[number % len(keys)]
    ticks = [key for key in keys if key != indicator.get("none")]
    ticked = [key for place, key in enumerate(ticks) if number >> place & 1]
    return ticked or [indicator.get("none", ticks[0])]


@st.composite
def answer_sets(draw: st.DrawFn, ruleset: Raw, blanks: bool = False) -> Answers:
    """A valid answer set; with `blanks` some answers may be missing. Three bytes an indicator: cheap to draw."""
    known = indicators(ruleset)
    drawn = draw(st.binary(min_size=3 * len(known), max_size=3 * len(known)))
    parts = dict(
        zip((each["code"] for each in known), zip(drawn[::3], drawn[1::3], drawn[2::3], strict=True), strict=True)
    )
    answers = {each["code"]: value(each, 256 * parts[each["code"]][0] + parts[each["code"]][1]) for each in known}
    if blanks:
        answers = {code: answer for code, answer in answers.items() if parts[code][2] % 4}
    leave = [group for group in groups(ruleset) if parts[group[0]][2] >= 192]
    if len(leave) < len(known):
        answers.update({code: NA for group in leave for code in group if code in answers})
    return answers


def every_value(indicator: Raw) -> list[Any]:
    """All answers to a small indicator; for a ratio the knots, the tenths and what lies between."""
    if indicator["kind"] in ("ratio", "ratio_banded"):
        beyond = [{"num": 41, "den": 20}] if indicator.get("may_exceed_one") else []
        return [{"num": num, "den": 20} for num in range(21)] + beyond
    if indicator["kind"] == "scene":
        return list(range(indicator["grades"] + 1))
    if indicator["kind"] == "ratings":
        return [list(each) for each in product(map(Decimal, ("0", "0.3", "0.8", "1")), repeat=indicator["times"])]
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
    group = next((set(each) for each in groups(ruleset) if code in each), set())
    said = {answers[each] == NA for each in group if each in answers}
    for each in every_value(blank) if True not in said else []:
        yield from completions(ruleset, answers | {code: each}, applies)
    others = [answers.get(each["code"]) for each in indicators(ruleset) if each["code"] != code]
    last = "elements" in ruleset and all(each == NA for each in others)
    if True in said or (group and False not in said and not group & applies and not last):
        yield from completions(ruleset, answers | {code: NA}, applies)
