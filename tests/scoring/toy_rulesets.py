"""Small rulesets for tests: one written out, and any number drawn at random."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from scoring.ruleset import Ruleset, parse

TOY = """\
scheme: toy
edition: "1"
title: 玩具
status: 只用于测试
sources: [无]
decimals: 1
dimensions:
  - code: first
    title: 第一维
    weight: 60
    indicators:
      - code: share
        kind: ratio
        max_points: 40
        knots: [[0, 0], [0.5, 30], [1, 40]]
      - code: depth
        kind: single
        max_points: 20
        options: {A: 0, B: 12.5, C: 20}
  - code: second
    title: 第二维
    weight: 40
    indicators:
      - code: links
        kind: multi
        max_points: 10
        none: A
        options: {A: 0, B: 4, C: 6}
      - code: steps
        kind: multi
        max_points: 30
        none: A
        rule: count
        options: [A, B, C, D, E, F, G, H]
not_applicable:
  - [depth]
unrated_title: 未定级
levels:
  - level: 1
    title: 一级
    min_score: 20
    conditions: []
  - level: 2
    title: 二级
    min_score: 50.5
    conditions:
      - indicator: share
        at_least: 0.3
      - indicator: links
        ticked_at_least: 1
  - level: 3
    title: 三级
    min_score: 80
    conditions:
      - indicator: share
        at_least: 0.6
"""
PATH = Path("rules/toy/1.yaml")


def toy(text: str = TOY) -> Ruleset:
    return parse(text.encode(), PATH)


def _parts(draw: st.DrawFn, total: int, count: int) -> list[int]:
    """Positive whole numbers that add up to the total."""
    cuts = sorted(draw(st.lists(st.integers(1, total - 1), min_size=count - 1, max_size=count - 1, unique=True)))
    return [right - left for left, right in zip([0, *cuts], [*cuts, total], strict=True)]


def _shares(draw: st.DrawFn, count: int) -> list[int]:
    """Milli-points that add up to 100 points; tens, so that each can be split among the options of a multi."""
    return [10 * part for part in _parts(draw, 10_000, count)]


def _in_points(milli: list[int]) -> dict[str, float]:
    return {"ABCD"[place]: points / 1000 for place, points in enumerate(milli)}


KINDS = ("single", "multi", "count", "ratio", "ratio_banded")


def _banded(draw: st.DrawFn, milli: int) -> list[dict[str, Any]]:
    """Two to four bands, each edge with the band before or after it."""
    edges = sorted(draw(st.lists(st.sampled_from([0.1, 0.25, 0.3, 0.55, 0.8]), min_size=1, max_size=3, unique=True)))
    points = [*sorted(draw(st.lists(st.integers(0, milli), min_size=len(edges), max_size=len(edges)))), milli]
    ends = [("[", "0"), *((draw(st.sampled_from("[(")), str(edge)) for edge in edges), ("(", "1")]
    after = {"[": ")", "(": "]"}
    return [
        {"range": f"{left[0]}{left[1]}, {right[1]}{after[right[0]]}", "points": worth / 1000}
        for (left, right), worth in zip(pairwise(ends), points, strict=True)
    ]


def _indicator(draw: st.DrawFn, code: str, milli: int, kinds: Sequence[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(kinds))
    most = milli / 1000
    if kind == "single":
        middle = sorted(draw(st.lists(st.integers(0, milli), max_size=2)))
        steps = [*([0] if draw(st.booleans()) or not middle else []), *middle, milli]
        return {"code": code, "kind": "single", "max_points": most, "options": _in_points(steps)}
    if kind == "ratio_banded":
        entry: dict[str, Any] = {"code": code, "kind": kind, "max_points": most, "bands": _banded(draw, milli)}
        return entry | ({"may_exceed_one": True} if draw(st.booleans()) else {})
    if kind == "ratio":
        knots = [[0, draw(st.integers(0, milli)) / 1000 if draw(st.booleans()) else 0], [1, most]]
        if draw(st.booleans()):
            knots.insert(
                1, [draw(st.sampled_from([0.25, 0.3, 0.7])), draw(st.integers(round(knots[0][1] * 1000), milli)) / 1000]
            )
        return {"code": code, "kind": "ratio", "max_points": most, "knots": knots}
    ticks = ["B", "C", "D"][: draw(st.integers(2, 3))]
    has_none = draw(st.booleans())
    keys = ["A", *ticks] if has_none else ticks
    entry = {"code": code, "kind": "multi", "max_points": most}
    if has_none:
        entry["none"] = "A"
    if kind == "count":
        return entry | {"rule": "count", "options": keys}
    points = dict(zip(ticks, (part / 1000 for part in _parts(draw, milli, len(ticks))), strict=True))
    return entry | {"options": ({"A": 0} if has_none else {}) | points}


def _condition(draw: st.DrawFn, indicator: dict[str, Any]) -> dict[str, Any]:
    code = indicator["code"]
    if indicator["kind"] in ("ratio", "ratio_banded"):
        return {"indicator": code, "at_least": draw(st.sampled_from([0.1, 0.3, 0.55, 1]))}
    keys = list(indicator["options"])
    if indicator["kind"] == "single":
        return {"indicator": code, "option_at_least": draw(st.sampled_from(keys[1:]))}
    return {"indicator": code, "ticked_at_least": draw(st.integers(1, len(keys) - ("none" in indicator)))}


def _scenes(draw: st.DrawFn, grades: int) -> dict[str, Any] | None:
    binding = draw(st.lists(st.booleans(), max_size=4))
    scenes = [
        {"code": f"s{place}", "kind": "scene", "grades": grades, "binding": each} for place, each in enumerate(binding)
    ]
    return {"code": "field", "title": "场景", "scored": False, "indicators": scenes} if scenes else None


def _add_gates(draw: st.DrawFn, levels: list[dict[str, Any]], scenes: dict[str, Any], grades: int) -> None:
    """Gates that never get weaker from level to level."""
    for count in ("scenes", "binding_scenes"):
        most = sum(each["binding"] or count == "scenes" for each in scenes["indicators"])
        graded, least = 1, 1
        for level in levels:
            if most and draw(st.booleans()):
                graded, least = draw(st.integers(graded, grades)), draw(st.integers(least, most))
                gate = {"count": count, "graded": graded, "at_least": least}
                level["gates"] = [*level.get("gates", []), gate]


@st.composite
def toy_texts(draw: st.DrawFn, kinds: Sequence[str] = KINDS) -> str:
    """The file of a valid ruleset with 3 to 5 indicators in 1 or 2 dimensions, 不适用 groups, up to 4 scenes, 1 to 3
    levels with conditions and gates."""
    count = draw(st.integers(3, 5))
    members = [_indicator(draw, f"i{place}", milli, kinds) for place, milli in enumerate(_shares(draw, count))]
    split = draw(st.integers(1, count))
    dimensions = [
        {
            "code": f"d{place}",
            "title": "维",
            "weight": round(sum(each["max_points"] for each in part), 3),
            "indicators": part,
        }
        for place, part in enumerate([members[:split], members[split:]])
        if part
    ]
    optional = draw(st.lists(st.sampled_from(range(count)), max_size=count - 1, unique=True))
    cut = draw(st.integers(0, len(optional)))
    groups = [[f"i{place}" for place in group] for group in (optional[:cut], optional[cut:]) if group]
    steady = [each for place, each in enumerate(members) if place not in optional]
    floors = sorted(draw(st.lists(st.integers(0, 100), min_size=1, max_size=3, unique=True)))
    levels: list[dict[str, Any]] = [
        {"level": place, "title": "级", "min_score": floor, "conditions": []}
        for place, floor in enumerate(floors, start=1)
    ]
    for each in steady:  # at most one condition an indicator, so that none can be weaker than a lower one
        if draw(st.booleans()):
            draw(st.sampled_from(levels))["conditions"].append(_condition(draw, each))
    grades = draw(st.integers(1, 3))
    scenes = _scenes(draw, grades)
    if scenes:
        dimensions.append(scenes)
        _add_gates(draw, levels, scenes, grades)
    about = {
        "scheme": "toy",
        "edition": "1",
        "title": "玩具",
        "status": "测试",
        "sources": [],
        "unrated_title": "未定级",
    }
    rules = {"decimals": draw(st.integers(0, 3)), "dimensions": dimensions, "not_applicable": groups, "levels": levels}
    return json.dumps(about | rules)


def _percents(draw: st.DrawFn, most: int) -> list[int]:
    """Whole percents that add up to 100, none below 10: no weight is then above a thousand times another."""
    count = draw(st.integers(1, most))
    return [9 + part for part in _parts(draw, 100 - 9 * count, count)] if count > 1 else [100]


@st.composite
def toy_rated_texts(draw: st.DrawFn, most: int = 2) -> str:
    """The file of a valid ruleset of the ratings family: up to most³ sub-domains, 1 to 3 levels."""
    number = iter(range(1000))
    elements = [
        {
            "title": f"要素{place}",
            "percent": percent,
            "domains": [
                {
                    "title": "域",
                    "percent": share,
                    "sub_domains": [{"code": f"i{next(number)}", "percent": part} for part in _percents(draw, most)],
                }
                for share in _percents(draw, most)
            ],
        }
        for place, percent in enumerate(_percents(draw, most))
    ]
    levels = [
        {"level": level, "title": "级", "min_score": level - 0.2} for level in range(1, draw(st.integers(1, 3)) + 1)
    ]
    about = {"family": "ratings", "scheme": "toy", "edition": "1", "title": "玩具", "status": "测试", "sources": []}
    return json.dumps(
        about | {"unrated_title": "未", "decimals": 2, "met_at": 0.8, "elements": elements, "levels": levels}
    )
