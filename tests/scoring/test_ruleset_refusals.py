"""A ruleset that does not add up is refused, and the error names file, line and place."""

from pathlib import Path

import pytest

from scoring.ruleset import RulesetError, find, load
from tests.scoring.toy_rulesets import TOY, toy

SHARE, DEPTH = "dimensions[0].indicators[0]", "dimensions[0].indicators[1]"
LINKS, STEPS = "dimensions[1].indicators[0]", "dimensions[1].indicators[1]"

KNOTS = "[[0, 0], [0.5, 30], [1, 40]]"
ON_LINKS = "indicator: links\n        ticked_at_least: 1"

# (what stands there, what is put in its place, lines from its first to the error, place, part of the message)
REFUSED = [
    ("decimals: 1\n", "decimals: 1\nfoo: 1\n", 1, "foo", "unknown key"),
    ("    title: 第一维\n", "    title: 第一维\n    titel: 第一维\n", 1, "dimensions[0].titel", "unknown key"),
    ("decimals: 1\n", "decimals: 1\ndecimals: 1\n", 1, "decimals", "the key is given twice"),
    ("C: 20}", "C: 20, A: 0}", 0, f"{DEPTH}.options.A", "the key is given twice"),
    ("unrated_title: 未定级\n", "", -36, "file", "missing key: unrated_title"),
    ("        at_least: 0.3\n", "", -1, "levels[1].conditions[0]", "missing key: at_least"),
    ("    weight: 60\n", "    weight: 61\n", 0, "dimensions[0].weight", "max_points of the indicators add up to 60"),
    ("max_points: 20\n", "max_points: 19\n", 0, f"{DEPTH}.max_points", "is 19, but the best option gives 20"),
    ("max_points: 10\n", "max_points: 11\n", 0, f"{LINKS}.max_points", "is 11, but all options ticked give 10"),
    ("max_points: 40\n", "max_points: 41\n", 0, f"{SHARE}.max_points", "is 41, but the last knot gives 40"),
    ("B: 12.5", "B: 20.5", 0, f"{DEPTH}.options", "points fall from 20.5 at B to 20 at C"),
    ("B: 12.5", "B: 12.5001", 0, f"{DEPTH}.options.B", "whole multiple of 0.001"),
    ("B: 12.5", "B: -1", 0, f"{DEPTH}.options.B", "must be from 0 to 100"),
    ("B: 12.5", "B: .nan", 0, f"{DEPTH}.options.B", "must be a plain decimal number"),
    ("B: 12.5", "B: .inf", 0, f"{DEPTH}.options.B", "must be a plain decimal number"),
    ("B: 12.5", "B: 1e1", 0, f"{DEPTH}.options.B", "must be a plain decimal number"),
    ("B: 12.5", "B: true", 0, f"{DEPTH}.options.B", "must be a plain decimal number"),
    ("B: 12.5", "B: '12.5'", 0, f"{DEPTH}.options.B", "must be a plain decimal number"),
    ("B: 12.5", "B:", 0, f"{DEPTH}.options.B", "must be a plain decimal number"),
    ("B: 12.5", "B: 12." + "0" * 30, 0, f"{DEPTH}.options.B", "at most 30 characters"),
    ("B: 12.5", "NA: 12.5", 0, f"{DEPTH}.options", "the option key 'NA'"),
    ("{A: 0, B: 12.5, C: 20}", "{C: 20}", 0, f"{DEPTH}.options", "at least 2 options"),
    ("{A: 0, B: 12.5, C: 20}", "[A, B]", 0, f"{DEPTH}.options", "must be a mapping"),
    (KNOTS, "[[0, 0], [0.5, 30], [0.5, 35], [1, 40]]", 0, f"{SHARE}.knots", "rise from 0 to 1"),
    (KNOTS, "[[0.1, 0], [1, 40]]", 0, f"{SHARE}.knots", "rise from 0 to 1"),
    (KNOTS, "[[0, 0], [0.9, 40]]", 0, f"{SHARE}.knots", "rise from 0 to 1"),
    (KNOTS, "[]", 0, f"{SHARE}.knots", "rise from 0 to 1"),
    ("[0.5, 30]", "[0.5, 41]", 0, f"{SHARE}.knots", "the points must not fall"),
    ("[0.5, 30]", "[0.5]", 0, f"{SHARE}.knots[1]", "must be [ratio, points]"),
    ("[0.5, 30]", "[0.0000001, 30]", 0, f"{SHARE}.knots[1][0]", "whole multiple of 0.000001"),
    ("kind: ratio", "kind: percentage", 0, f"{SHARE}.kind", "must be one of single, multi, ratio"),
    ("        kind: ratio\n", "", -1, SHARE, "missing key: kind"),
    ("code: depth", "code: share", 0, f"{DEPTH}.code", "the code share is taken"),
    ("code: depth", "code: score", 0, f"{DEPTH}.code", "the code score is taken"),
    ("code: second", "code: first", 0, "dimensions[1].code", "the code first is taken"),
    ("code: depth", "code: Depth", 0, f"{DEPTH}.code", "must match"),
    ("none: A\n        options: {", "none: Z\n        options: {", 0, f"{LINKS}.none", "unknown option Z"),
    ("none: A\n        options: {", "none: B\n        options: {", 0, f"{LINKS}.none", "must give 0 points"),
    ("        rule: count\n", "", 0, f"{STEPS}.options", "must be a list of keys with `rule: count`"),
    ("rule: count", "rule: sum", 0, f"{STEPS}.rule", "must match count"),
    ("[A, B, C, D, E, F, G, H]", "[A, B, B]", 0, f"{STEPS}.options", "none of them twice"),
    ("[A, B, C, D, E, F, G, H]", f"[A, {', '.join(f'T{n}' for n in range(16))}]", 0, f"{STEPS}.options", "1 to 15"),
    ("  - [depth]", "  - [deep]", 0, "not_applicable[0]", "deep is not an indicator"),
    ("  - [depth]", "  - [depth]\n  - [depth]", 1, "not_applicable[1]", "depth is not an indicator, or stands"),
    ("  - [depth]", "  - []", 0, "not_applicable[0]", "is an empty group"),
    ("  - [depth]", "  - [share, depth, links, steps]", 0, "not_applicable", "must leave something to score"),
    ("min_score: 50.5", "min_score: 20", 0, "levels[1].min_score", "must be above 20, the floor of level 1"),
    ("min_score: 80", "min_score: 50.5", 0, "levels[2].min_score", "must be above 50.5, the floor of level 2"),
    ("min_score: 50.5", "min_score: 50.55", 0, "levels[1].min_score", "whole multiple of 0.1"),
    ("min_score: 80", "min_score: 100.1", 0, "levels[2].min_score", "must be from 0 to 100"),
    ("level: 3", "level: 4", 0, "levels[2].level", "must be 3"),
    ("level: 1", "level: 0", 0, "levels[0].level", "must be 1"),
    ("indicator: links", "indicator: lynx", 0, "levels[1].conditions[1].indicator", "lynx is not an indicator"),
    ("indicator: links", "indicator: depth", 0, "levels[1].conditions[1].indicator", "may be 不适用"),
    ("indicator: links", "indicator: share", 1, "levels[1].conditions[1].ticked_at_least", "unknown key"),
    ("ticked_at_least: 1", "ticked_at_least: 3", 0, "levels[1].conditions[1].ticked_at_least", "from 1 to 2"),
    ("ticked_at_least: 1", "ticked_at_least: 0", 0, "levels[1].conditions[1].ticked_at_least", "from 1 to 2"),
    ("at_least: 0.3", "at_least: 0", 0, "levels[1].conditions[0].at_least", "must be above 0"),
    ("at_least: 0.3", "at_least: 1.1", 0, "levels[1].conditions[0].at_least", "must be from 0 to 1"),
    ("at_least: 0.6", "at_least: 0.29", -1, "levels[2].conditions[0]", "is weaker than the condition on share"),
    (ON_LINKS, "indicator: share\n        at_least: 0.4", 0, "levels[1].conditions[1]", "a second"),
    ("decimals: 1", "decimals: 4", 0, "decimals", "must be from 0 to 3"),
    ("decimals: 1", "decimals: 0.5", 0, "decimals", "whole multiple of 1"),
    ('edition: "1"', "edition: 1", 0, "edition", "must be text"),
    ("scheme: toy", "scheme: ../toy", 0, "scheme", "must match"),
    ("title: 玩具", "title: ''", 0, "title", "must match"),
    ("sources: [无]", "sources: 无", 0, "sources", "must be a list"),
    ("  - [depth]", "  - &a [depth]\n  - *a", 1, "file", "aliases"),
    ("title: 玩具", "title: [玩具", 1, "file", "is not YAML"),
    ("title: 玩具", "title: !!python/name:os.system 玩具", 0, "title", "must be text"),
    ("title: 玩具", "<<: {title: 玩具}", 0, "<<", "unknown key"),
    ("title: 玩具", "title: 玩具\n---\na: 1", 1, "file", "is not YAML"),
    ("title: 玩具", "title: \u0007", -2, "file", "is not YAML"),
    ("  - [depth]", "  - " + "[" * 3000 + "]" * 3000, -35, "file", "nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "below", "place", "what"), REFUSED)
def test_it_is_refused_with_file_line_and_place(old: str, new: str, below: int, place: str, what: str) -> None:
    assert TOY.count(old) == 1, old
    line = TOY[: TOY.index(old)].count("\n") + 1 + below
    with pytest.raises(RulesetError) as caught:
        toy(TOY.replace(old, new))
    assert str(caught.value).startswith(f"rules/toy/1.yaml:{line}: {place}: ")
    assert what in str(caught.value)


def test_weights_that_do_not_add_up_to_100_are_refused() -> None:
    smaller = TOY.replace("weight: 60", "weight: 59.5").replace("max_points: 40", "max_points: 39.5")
    with pytest.raises(RulesetError, match=r"1\.yaml:8: dimensions: the weights add up to 99\.5, not to 100"):
        toy(smaller.replace("[1, 40]", "[1, 39.5]"))


def test_an_option_condition_names_a_known_option_above_the_first() -> None:
    without_na = TOY.replace("  - [depth]", "  []")
    for option in ("A", "D"):
        condition = f"indicator: depth\n        option_at_least: {option}"
        text = without_na.replace(ON_LINKS, condition)
        with pytest.raises(
            RulesetError, match=r":50: levels\[1\].conditions\[1\].option_at_least: must be one of B, C"
        ):
            toy(text)


def test_an_option_condition_weaker_than_one_below_is_refused() -> None:
    text = TOY.replace("  - [depth]", "  []")
    text = text.replace(ON_LINKS, "indicator: depth\n        option_at_least: C")
    text = text.replace("indicator: share\n        at_least: 0.6", "indicator: depth\n        option_at_least: B")
    with pytest.raises(RulesetError, match="is weaker than the condition on depth of level 2"):
        toy(text)


def test_no_levels_are_refused() -> None:
    with pytest.raises(RulesetError, match=r":38: levels: must be from 1 to 9 levels"):
        toy(TOY[: TOY.index("levels:")] + "levels: []\n")


def test_a_file_that_is_not_utf8_or_empty_or_absent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "2025.yaml"
    path.write_bytes(TOY.encode("gb18030"))
    with pytest.raises(RulesetError, match=r"2025\.yaml:3: file: is not UTF-8"):
        load(path)
    path.write_bytes(b"")
    with pytest.raises(RulesetError, match=r"2025\.yaml:1: file: is empty"):
        load(path)
    with pytest.raises(RulesetError, match=r"absent\.yaml:1: file: cannot be read: No such file"):
        load(tmp_path / "absent.yaml")


def test_an_unknown_name_is_refused_and_the_known_ones_are_said() -> None:
    with pytest.raises(RulesetError, match="digital-portrait/1999: unknown ruleset; known: digital-portrait/2025"):
        find("digital-portrait/1999")
