"""The batch, line by line: what good lines become, what makes a bad line, and in which words it is refused."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest

from scoring.batch import BadLine, score
from scoring.input import MAX_LINE
from tests.scoring.firms import everything, nothing, share
from tests.scoring.oracle import NA, NAMES, RULESET, RULESETS


def run(*lines: str | bytes) -> list[str]:
    """The output lines; BadLine when one is bad."""
    source, sink = (
        io.BytesIO(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)),
        io.BytesIO(),
    )
    assert score(RULESET, source, sink) == 0
    return sink.getvalue().decode().splitlines()


def run_on(*lines: str | bytes) -> tuple[list[dict[str, Any]], list[str]]:
    """The output lines and what was reported, going on after bad lines."""
    source, sink = (
        io.BytesIO(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)),
        io.BytesIO(),
    )
    reported: list[str] = []
    bad = score(RULESET, source, sink, reported.append)
    found = [json.loads(line) for line in sink.getvalue().decode().splitlines()]
    assert bad == len(reported) == sum("error" in each for each in found)
    return found, reported


def line(answers: dict[str, Any], line_id: str = "x") -> str:
    return json.dumps({"id": line_id, "answers": answers}, ensure_ascii=False)


def test_a_complete_line_becomes_its_verdict() -> None:
    answers = nothing(cnc_rate=share(22, 40), management_links=["B", "D", "E"], system_integration="E", cloud_stars="D")
    (found,) = run(line(answers | {"design_depth": "D", "auto_collection": ["B"], "talent": ["C", "B"]}, "甲企 №1"))
    assert json.loads(found, parse_float=str) == {
        "id": "甲企 №1",
        "scheme": "digital-portrait",
        "edition": "2025",
        "score": "35.7",  # 5.5 + 8.76 + 0.143 + 4.5 + 8 + 8 + 0.8 = 35.703
        "level": 1,
        "level_title": "起步级",
        "dimensions": {
            "design": {"points": "5.5", "max": 15},
            "production": {"points": "8.903", "max": 30},
            "operation": {"points": "12.5", "max": 20},
            "cloud": {"points": 8, "max": 15},
            "foundation": {"points": "0.8", "max": 12},
            "outcome": {"points": 0, "max": 8},
        },
        "unmet": [{"condition": "score", "need": 40, "have": "35.7"}],
        "missing": [],
    }


def test_the_top_level_has_nothing_unmet_and_a_dimension_not_applicable_is_0_of_0() -> None:
    (found,) = run(line(everything(design_tool_rate=NA, design_depth=NA)))
    assert '"score": 100, "level": 4, "level_title": "协同级"' in found
    assert '"design": {"points": 0, "max": 0}' in found
    assert '"unmet": [], "missing": []' in found


def test_unmet_gives_need_and_have_as_they_are_written() -> None:
    low = everything(management_links=["A"], cnc_rate={"num": "NUM", "den": "DEN"})
    text = line(low).replace('"NUM"', "0.870").replace('"DEN"', "2.9001")
    (found,) = run(text)
    assert (
        '"unmet": [{"condition": "cnc_rate", "need": 0.3, "have": {"num": 0.870, "den": 2.9001}}, '
        '{"condition": "management_links", "need": 3, "have": 0}]'
    ) in found
    (higher,) = run(line(everything(system_integration="B")))
    assert '"unmet": [{"condition": "system_integration", "need": "C", "have": "B"}]' in higher


def test_a_line_with_missing_answers_becomes_its_guaranteed_range() -> None:
    answers = everything(talent=None)
    del answers["cnc_rate"]
    (found,) = run(line(answers))
    assert json.loads(found) == {
        "id": "x",
        "scheme": "digital-portrait",
        "edition": "2025",
        "score": None,
        "level": None,
        "level_title": None,
        "dimensions": None,
        "unmet": None,
        "missing": ["cnc_rate", "talent"],
        "score_range": [86, 100],
        "level_range": [1, 4],
    }


def test_numbers_carry_no_noise_of_binary_floats() -> None:
    for parts in range(0, 5001, 37):
        (found,) = run(line(nothing(equipment_digital_rate=share(parts, 5000))))
        value = json.loads(found, parse_float=Decimal)
        assert value["dimensions"]["production"]["points"] == Decimal(parts) / 1000
        assert value["score"] == Decimal((parts + 5) // 10) / 100
        assert "e" not in found.split('"score": ')[1].split(",")[0].lower()


def test_order_is_kept_ids_may_repeat_and_empty_lines_are_skipped() -> None:
    texts = [line(nothing(), "b"), "", line(everything(), "a"), "  ", "\r", line({}, "b"), ""]
    assert [json.loads(each)["id"] for each in run(*texts)] == ["b", "a", "b"]


def test_windows_line_ends_and_escaped_ids_are_read() -> None:
    (found,) = run(line(nothing(), 'a"\\\n').encode() + b"\r")
    assert json.loads(found)["id"] == 'a"\\\n'


def with_ratio(num: str, den: str = "40") -> str:
    return f'{{"id": "x", "answers": {{"cnc_rate": {{"num": {num}, "den": {den}}}}}}}'


LONG = "has more than 30 digits before or after the decimal point"
BAD = [
    ("id,answers", "not JSON: Expecting value at column 1", None),
    ('{"id": "x", "answers": {}} {}', "not JSON: Extra data at column 28", None),
    ("\ufeff" + line({}), "not JSON: Expecting value at column 1", None),
    ("[]", "expected an object with id and answers, got a list", None),
    ("null", "expected an object with id and answers, got None", None),
    ('{"answers": {}}', "id is missing", None),
    ('{"id": 7, "answers": {}}', "id must be a string", None),
    ('{"id": null, "answers": {}}', "id must be a string", None),
    ('{"id": "\\ud800", "answers": {}}', "id is not Unicode text: it has half of a surrogate pair", None),
    ('{"id": "x"}', "answers are missing", "x"),
    ('{"id": "x", "answers": []}', "answers must be an object", "x"),
    ('{"id": "x", "answers": null}', "answers must be an object", "x"),
    ('{"id": "x", "answers": {}, "as_of": 1}', "unknown key as_of", "x"),
    ('{"id": "x", "id": "x", "answers": {}}', "the key id is given twice", None),
    ('{"id": "x", "answers": {"five_g": "A", "five_g": "A"}}', "the key five_g is given twice", "x"),
    ('{"id": "x", "answers": {"cnc_rate": {"num": 1, "num": 1, "den": 2}}}', "the key num is given twice", "x"),
    (b'{"id": "\xff", "answers": {}}', "not UTF-8 at byte 9", None),
    (b'{"id": "\xed\xa0\x80", "answers": {}}', "not UTF-8 at byte 9", None),
    ('{"id": "a\tb", "answers": {}}', "not JSON: Invalid control character at column 10", None),
    (with_ratio("NaN"), "NaN is not a number", None),
    (with_ratio("1", "Infinity"), "Infinity is not a number", None),
    (with_ratio("-Infinity"), "-Infinity is not a number", None),
    (with_ratio("true"), "cnc_rate: numerator must be a number, got true", "x"),
    (with_ratio('"22"'), "cnc_rate: numerator must be a number, got 22", "x"),
    (with_ratio("null"), "cnc_rate: numerator must be a number, got None", "x"),
    (with_ratio("50"), "cnc_rate: numerator 50 is larger than denominator 40", "x"),
    (with_ratio("40.00000000000001"), "cnc_rate: numerator 40.00000000000001 is larger than denominator 40", "x"),
    (with_ratio("0", "0.0"), "cnc_rate: denominator is 0", "x"),
    (with_ratio("-1"), "cnc_rate: numerator is below 0", "x"),
    (with_ratio("1", "1e999999999"), f"cnc_rate: denominator {LONG}", "x"),
    (with_ratio("1e-999999999"), f"cnc_rate: numerator {LONG}", "x"),
    (with_ratio("0." + "3" * 5000), f"cnc_rate: numerator {LONG}", "x"),
    (with_ratio("1", "9" * 4000), f"cnc_rate: denominator {LONG}", "x"),
    (with_ratio("1", "9" * 5000), "a number is too long", None),
    (with_ratio("1", "1e99999999999999999999"), "a number is too long", None),
    (line({"cnc_rat": "B"}), "cnc_rat: unknown code", "x"),
    (line({"a\n\u202e": "B"}), "a\\u000a\\u202e: unknown code", "x"),
    (line({"smart_factory": "Z"}), "smart_factory: unknown option Z", "x"),
    (line({"management_links": ["A", "B"]}), "management_links: option A (无) excludes the others", "x"),
    (line({"cnc_rate": NA}), "cnc_rate: NA (不适用) is not allowed here", "x"),
    (
        line({"design_depth": NA, "design_tool_rate": share(1)}),
        "design_depth: NA (不适用) must be given for all of design_tool_rate, design_depth, or for none",
        "x",
    ),
    ("[" * 100_000, "nested too deeply", None),
    ('{"id": "x", "answers": ' + '{"a":' * 100_000, "nested too deeply", None),
    (b"1" * (MAX_LINE + 1), f"longer than {MAX_LINE} bytes", None),
    (b" " * (3 * MAX_LINE) + b"{}", f"longer than {MAX_LINE} bytes", None),
]  # fmt: skip
IDS = [message[:40] for _, message, _ in BAD]


@pytest.mark.parametrize(("text", "message", "line_id"), BAD, ids=IDS)
def test_a_bad_line_stops_the_run_with_its_number_and_reason(
    text: str | bytes, message: str, line_id: str | None
) -> None:
    with pytest.raises(BadLine) as caught:
        run(line({}), "", text, line({}))
    assert str(caught.value) == f"line 3: {message}"


@pytest.mark.parametrize(("text", "message", "line_id"), BAD, ids=IDS)
def test_going_on_a_bad_line_becomes_an_error_in_its_place(
    text: str | bytes, message: str, line_id: str | None
) -> None:
    found, reported = run_on(line({}, "before"), text, line(nothing(), "after"))
    assert reported == [f"line 2: {message}"]
    assert [each["id"] for each in found] == ["before", line_id, "after"]
    assert found[1] == {"id": line_id, "error": message}
    assert found[2]["score"] == 0


def test_many_lines_keep_order_and_numbers_across_chunks() -> None:
    texts = [line(nothing(), str(number)) for number in range(3000)]
    texts[2500] = "?"
    found, reported = run_on(*texts)
    assert [each["id"] for each in found] == [*map(str, range(2500)), None, *map(str, range(2501, 3000))]
    assert reported == ["line 2501: not JSON: Expecting value at column 1"]


def test_a_line_of_huge_numbers_does_not_disturb_its_neighbours() -> None:
    huge = line(nothing(cnc_rate=share(10**29 // 2, 10**29)))
    small = line(nothing(cnc_rate=share(1, 2)))
    assert len(set(run(small, huge, small))) == 1


def test_no_lines_give_no_lines() -> None:
    assert run("") == []


@pytest.mark.parametrize("name", NAMES)
def test_bad_lines_alone_are_reported_whatever_the_scheme(name: str) -> None:
    source, sink, reported = io.BytesIO(b"?\n?"), io.BytesIO(), list[str]()
    assert score(RULESETS[name], source, sink, reported.append) == 2
    assert [json.loads(line)["id"] for line in sink.getvalue().splitlines()] == [None, None]


def scored(name: str, answers: dict[str, Any]) -> dict[str, Any]:
    source, sink = io.BytesIO(line(answers).encode()), io.BytesIO()
    assert score(RULESETS[name], source, sink) == 0
    found: dict[str, Any] = json.loads(sink.getvalue(), parse_float=str)
    return found


MIIT, GBT = "miit-sme/2024", "gbt-39116/2020-process"


def scenes(grade: int) -> dict[str, Any]:
    return {each.code: grade for each in RULESETS[MIIT].indicators if each.kind == "scene"}


def miit(**changes: Any) -> dict[str, Any]:
    least: dict[str, Any] = {"single": "A", "multi": ["A"], "ratio_banded": share(0), "scene": 0}
    return {each.code: least[each.kind] for each in RULESETS[MIIT].indicators} | changes


def test_the_official_scheme_gives_points_gates_and_its_three_scored_dimensions() -> None:
    answers = miit(**scenes(1), information_systems="E", network=["B", "C", "D", "E"], data_security=["B"])
    found = scored(MIIT, answers | {"scene_quality": 0, "digital_investment_rate": {"num": 3, "den": 2}})
    assert (found["score"], found["level"], found["level_title"]) == ("26.75", 1, "一级（初始级）")
    assert found["dimensions"] == {
        "foundation": {"points": "19.25", "max": 50},
        "management": {"points": "7.5", "max": 30},
        "outcome": {"points": 0, "max": 20},
    }
    assert found["unmet"] == [
        {"condition": "score", "need": 40, "have": "26.75"},
        {"condition": "scenes", "need": 6, "have": 0},
        {"condition": "binding_scenes", "need": 3, "have": 0},
    ]


def test_an_open_scene_leaves_the_level_open_but_not_the_score() -> None:
    answers = miit(**scenes(1), information_systems="E", network=["B", "C", "D", "E"], data_security=["B", "C"])
    for code in list(scenes(0))[:12]:
        del answers[code]
    found = scored(MIIT, answers)
    assert found["missing"] == list(scenes(0))[:12]
    assert (found["score_range"], found["level_range"]) == (["20.5", "20.5"], [0, 1])


def ratings(*each: float, **changes: Any) -> dict[str, Any]:
    return {one.code: list(each) for one in RULESETS[GBT].indicators} | changes


def test_the_ratings_family_gives_s_the_level_scores_and_the_elements_under_test() -> None:
    found = scored(GBT, ratings(0.95, 0.85, 0.8, 0.55, 0))
    assert (found["score"], found["level"], found["level_title"]) == ("3.55", 3, "集成级")
    assert found["level_scores"] == ["0.95", "0.85", "0.8", "0.55", 0]
    assert found["dimensions"] == {
        "人员": {"points": "3.3", "max": 6},
        "技术": {"points": "6.05", "max": 11},
        "资源": {"points": "8.25", "max": 15},
        "制造": {"points": "37.4", "max": 68},
    }
    assert found["unmet"] == [{"condition": "A", "need": "0.8", "have": "0.55"}]


def test_an_element_wholly_left_out_is_0_of_0_and_the_rest_fill_the_whole() -> None:
    found = scored(GBT, ratings(1, 1, 1, 1, 1, organization_strategy=NA, personnel_skills=NA))
    assert (found["score"], found["level"], found["unmet"]) == (5, 5, [])
    assert found["dimensions"]["人员"] == {"points": 0, "max": 0}
    assert found["dimensions"]["制造"] == {"points": "72.34", "max": "72.34"}  # 68 ÷ 94


def test_a_missing_rating_leaves_a_range_of_s_and_level() -> None:
    answers = ratings(1, 0.5, 0, 0, 0)
    del answers["equipment"]  # 10.05 % of all weights
    found = scored(GBT, answers)
    assert (found["score"], found["level_scores"], found["dimensions"]) == (None, None, None)
    assert (found["score_range"], found["level_range"]) == (["1.45", "1.55"], [1, 1])


ALL_NA = "NA (不适用) is given for every sub-domain; one at least must remain"
WRONG = [
    (MIIT, miit(scene_quality=3.0), "scene_quality: must be a whole number from 0 to 4"),
    (MIIT, miit(scene_quality=5), "scene_quality: must be a whole number from 0 to 4"),
    (MIIT, miit(scene_quality=True), "scene_quality: must be a whole number from 0 to 4, got true"),
    (MIIT, miit(scene_quality="3"), "scene_quality: must be a whole number from 0 to 4, got 3"),
    (MIIT, miit(scene_quality=NA), "scene_quality: NA (不适用) is not allowed here"),
    (MIIT, miit(network=NA), "network: NA (不适用) is not allowed here"),
    (
        MIIT,
        miit(equipment_digital_rate=share(3, 2)),
        "equipment_digital_rate: numerator 3 is larger than denominator 2",
    ),
    (GBT, ratings(1, 1, 1, 1), "organization_strategy: expected a list of 5 ratings, got a list of 4"),
    (GBT, ratings(1, 1, 1, 1, 1, data=1), "data: expected a list of 5 ratings, got a number"),
    (GBT, ratings(1, 1, 1, 1, 1.001), "organization_strategy: a rating must be from 0 to 1"),
    (GBT, ratings(1, 1, 1, 1, 0.0005), "organization_strategy: a rating has at most 3 decimals"),
    (GBT, ratings(1, 1, 1, 1, True), "organization_strategy: a rating must be a number, got true"),
    (GBT, dict.fromkeys(ratings(), NA), f"organization_strategy: {ALL_NA}"),
    (GBT, {"gbt_data": [1] * 5}, "gbt_data: unknown code"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answers", "message"), WRONG)
def test_a_wrong_scene_or_rating_is_refused(name: str, answers: dict[str, Any], message: str) -> None:
    with pytest.raises(BadLine) as caught:
        scored(name, answers)
    assert str(caught.value) == f"line 1: {message}"
