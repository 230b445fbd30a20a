"""A second opinion: works out points, score and level of a trace again, from its answers and the ruleset's YAML.

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
from typing import Any

import yaml

RULES = Path(__file__).parent / "rules"
Raw = Any  # what YAML and JSON hold; every scalar of the YAML is text


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


def holds(condition: Raw, rule: Raw, answer: Raw) -> bool:
    """Whether a condition on one indicator holds."""
    if "at_least" in condition:
        return share_of(answer) >= Fraction(condition["at_least"])
    if "ticked_at_least" in condition:
        return len(ticked(rule, answer)) >= int(condition["ticked_at_least"])
    keys = list(rule["options"])
    return bool(keys.index(answer) >= keys.index(condition["option_at_least"]))


def passes(gate: Raw, rules: dict[str, Raw], answers: dict[str, Raw]) -> bool:
    """Whether enough scenes are graded high enough."""
    scenes = [code for code, rule in rules.items() if rule["kind"] == "scene"]
    counted = [code for code in scenes if gate["count"] == "scenes" or rules[code]["binding"] == "true"]
    enough: bool = sum(answers[code] >= int(gate["graded"]) for code in counted) >= int(gate["at_least"])
    return enough


def by_points(ruleset: Raw, answers: dict[str, Raw]) -> dict[str, Raw]:
    """Points, score and level of the points family."""
    rules = {each["code"]: each for dimension in ruleset["dimensions"] for each in dimension["indicators"]}
    points = {code: points_of(rule, answers[code]) for code, rule in rules.items()}
    most = sum(Fraction(rules[code]["max_points"]) for code, got in points.items() if got is not None)
    total = sum((got for got in points.values() if got is not None), Fraction(0))
    score, level = rounded(100 * total / most, int(ruleset["decimals"])), 0
    for each in ruleset["levels"]:
        asked = [holds(one, rules[one["indicator"]], answers[one["indicator"]]) for one in each["conditions"]]
        asked += [passes(gate, rules, answers) for gate in each.get("gates", [])]
        if score < Fraction(each["min_score"]) or not all(asked):
            break
        level = int(each["level"])
    return {"points": points, "score": score, "level": level}


def by_ratings(ruleset: Raw, answers: dict[str, Raw]) -> dict[str, Raw]:
    """Points (percent of all weights, at the level under test), S and level of the ratings family."""
    weights = {
        sub["code"]: Fraction(element["percent"]) * Fraction(domain["percent"]) * Fraction(sub["percent"]) / 10_000
        for element in ruleset["elements"]
        for domain in element["domains"]
        for sub in domain["sub_domains"]
    }
    used = {code: weight for code, weight in weights.items() if answers[code] != "NA"}
    scores = [
        rounded(
            Fraction(sum(exact(answers[code][at]) * weight for code, weight in used.items()), sum(used.values())), 2
        )
        for at in range(len(ruleset["levels"]))
    ]
    met = next((at for at, score in enumerate(scores) if score < Fraction(ruleset["met_at"])), len(scores))
    at = min(met, len(scores) - 1)
    points = {code: exact(answers[code][at]) * used[code] if code in used else None for code in weights}
    return {"points": points, "score": met + (scores[met] if met < len(scores) else 0), "level": met}


def read_rules(name: str) -> tuple[Raw, str]:
    """The ruleset of that name and the sha256 of its file."""
    path = RULES / f"{name}.yaml"
    if not re.fullmatch(r"[0-9a-z-]+/[0-9a-z-]+", name) or not path.is_file():
        raise Unverifiable(f"no ruleset {name!r}")
    raw = path.read_bytes()
    return yaml.load(raw, Loader=yaml.BaseLoader), hashlib.sha256(raw).hexdigest()


def differences(trace: Raw, ruleset: Raw, sha256: str) -> Iterator[str]:
    """What the trace says otherwise than its answers and the ruleset do."""
    if sha256 != trace["sha256"]:
        yield f"sha256: the trace says {trace['sha256']}, the file of {trace['ruleset']} has {sha256}"
    answers = {each["code"]: each["answer"] for each in trace["indicators"]}
    found = (by_ratings if ruleset.get("family") == "ratings" else by_points)(ruleset, answers)
    said = {each["code"]: None if each["points"] is None else exact(each["points"]) for each in trace["indicators"]}
    if answers.keys() != found["points"].keys():
        yield "indicators: are not those of the ruleset"
    yield from (
        f"{code}: the trace says {said[code]} points, the answer gives {got}"
        for code, got in found["points"].items()
        if said[code] != got
    )
    for part, shown in (("score", exact(trace["score"]["score"])), ("level", trace["level"])):
        if shown != found[part]:
            yield f"{part}: the trace says {shown}, the answers give {found[part]}"


def main(file: Path) -> int:
    """Says what differs and returns 0 when nothing does, 1 when something does, 2 when it cannot be told."""
    try:
        trace = json.loads(file.read_bytes())
        found = list(differences(trace, *read_rules(trace["ruleset"])))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, StopIteration) as error:
        print(f"{file}: cannot be verified: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for each in found:
        print(each)
    if not found:
        print("points, score and level agree")
    return 1 if found else 0
