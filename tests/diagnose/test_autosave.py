"""One answer saved by the page's script: what is stored, and what the script is told to show."""

from typing import Any

import pytest

from tests.diagnose.cast import File, typed


def save(file: File, question: str, fields: dict[str, Any]) -> dict[str, Any]:
    """What the endpoint says to one answer."""
    answer = file.post(f"{file.filling}/answer/{question}", fields, headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.content_type == "application/json"
    found: dict[str, Any] = answer.get_json()
    return found


def test_good_answer_is_stored_and_shown_as_saved(file: File) -> None:
    said = save(file, "five_g", {"five_g": "B"})
    state = said["questions"]["five_g"]
    assert (state["state"], state["error"]) == ("ok", None) and state["text"].startswith("已保存 ")
    assert said["answered"] == 1
    assert typed(file.app, file.draft_id) == {"five_g": ["B"]}


def test_ratio_comes_with_its_percentage(small_file: File) -> None:
    said = save(small_file, "cnc_rate", {"key_processes_cnc": "22", "key_processes_total": "40"})
    assert said["questions"]["cnc_rate"]["result"] == "55.0%"


def test_half_a_ratio_is_stored_and_shown_as_unfinished(small_file: File) -> None:
    said = save(small_file, "cnc_rate", {"key_processes_cnc": "22", "key_processes_total": ""})
    state = said["questions"]["cnc_rate"]
    assert (state["state"], state["text"], state["error"], state["result"]) == ("empty", "未填完", None, "")
    assert said["answered"] == 0


@pytest.mark.parametrize(
    ("question", "fields", "message"),
    [
        ("cnc_rate", {"key_processes_cnc": "41", "key_processes_total": "40"}, "多于"),
        ("cnc_rate", {"key_processes_cnc": "0", "key_processes_total": "0"}, "不能是 0"),
        ("cnc_rate", {"key_processes_cnc": "x", "key_processes_total": "40"}, "要填 0 或正整数"),
        ("five_g", {"five_g": "Z"}, "没有“Z”这个选项"),
        ("talent", {"talent": ["A", "B"]}, "不能和其他选项同时选"),
        ("needs", {"needs": "L", "needs_other": "字" * 201}, "现在是 201 个字"),
    ],
)
def test_wrong_answer_is_kept_as_typed_but_not_shown_as_saved(
    small_file: File, question: str, fields: dict[str, Any], message: str
) -> None:
    said = save(small_file, question, fields)
    state = said["questions"][question]
    assert (state["state"], state["text"]) == ("bad", "未保存") and message in state["error"]
    assert said["answered"] == 0
    kept = typed(small_file.app, small_file.draft_id)
    assert kept == {code: value if isinstance(value, list) else [value] for code, value in fields.items()}


def test_sections_say_how_far_they_are(small_file: File) -> None:
    sections = save(small_file, "five_g", {"five_g": "B"})["sections"]
    assert len(sections) == 7
    assert sections["production"] == "剩 5 题"
    assert save(small_file, "smart_factory", {"smart_factory": "Z"})["sections"]["production"] == "1 题有误"
    assert save(small_file, "needs", {"needs": "A"})["sections"]["needs"] == "已填完"


def test_declaration_changes_what_stands_beside_the_questions_it_decides(small_file: File) -> None:
    said = save(small_file, "own_design", {"own_design": "false"})
    assert {code: one["state"] for code, one in said["questions"].items()} == {
        "own_design": "ok",
        "design_tool_rate": "na",
        "design_depth": "na",
    }
    assert said["answered"] == 3 and said["sections"]["design"] == "已填完"


def test_shared_denominator_changes_all_ratios_over_it(small_file: File) -> None:
    save(small_file, "equipment_networked_rate", {"equipment_networked": "50"})
    said = save(small_file, "equipment_digital_rate", {"equipment_digital": "80", "equipment_total": "40"})
    states = {code: one["state"] for code, one in said["questions"].items()}
    assert states["equipment_digital_rate"] == states["equipment_networked_rate"] == "bad"
    assert "equipment_cloud_rate" in states and "five_g" not in states


def test_one_answer_leaves_all_others_alone(small_file: File) -> None:
    save(small_file, "five_g", {"five_g": "B"})
    save(small_file, "talent", {"talent": "B", "five_g": "C"})
    assert typed(small_file.app, small_file.draft_id) == {"five_g": ["B"], "talent": ["B"]}


def test_answer_to_what_does_not_apply_is_kept_for_later(small_file: File) -> None:
    save(small_file, "own_design", {"own_design": "false"})
    said = save(small_file, "design_depth", {"design_depth": "C"})
    assert said["questions"]["design_depth"]["state"] == "na"
    said = save(small_file, "own_design", {"own_design": "true"})
    assert said["questions"]["design_depth"]["state"] == "ok"


def test_same_answer_again_gives_the_same_state(small_file: File) -> None:
    first, second = (save(small_file, "five_g", {"five_g": "B"}) for _ in "12")
    assert first["answered"] == second["answered"] == 1
    assert typed(small_file.app, small_file.draft_id) == {"five_g": ["B"]}


def test_stranger_is_told_in_json_that_there_is_no_such_page(small_file: File) -> None:
    small_file.post("leave")
    small_file.holder.get("/continue")
    address = f"{small_file.draft}/answer/five_g"
    answer = small_file.holder.post(address, {"five_g": "B"}, headers={"Accept": "application/json"})
    assert answer.status_code == 404 and "没有这个页面" in answer.get_json()["message"]


def test_answer_that_is_too_large_is_told_in_json(small_file: File) -> None:
    data = {"needs": "L", "needs_other": "x" * 300_000}
    address = f"{small_file.draft}/answer/needs"
    answer = small_file.holder.client.post(address, data=data, headers={"Accept": "application/json"})
    assert answer.status_code == 413 and "发来的内容太大" in answer.get_json()["message"]
