"""A section saved by its button: good answers stay although one is wrong, and nothing typed is ever lost."""

import re
from html import unescape

import pytest
from werkzeug.datastructures import MultiDict

from tests.diagnose.cast import File, typed
from tests.firms import NO_DESIGN

PRODUCTION = {"key_processes_cnc": "22", "key_processes_total": "40", "five_g": "B", "smart_factory": "B", "go": "next"}


def save(file: File, section: str, fields: dict[str, str | list[str]]) -> tuple[str, str]:
    """Where the button leads, and the section as it looks afterwards."""
    answer = file.post(f"{file.filling}/page/{section}", dict(MultiDict(fields).lists()))
    assert answer.status_code == 302
    return str(answer.location).removeprefix(file.address), unescape(
        file.holder.get(f"{file.draft}/page/{section}").get_data(as_text=True)
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"key_processes_cnc": "41"}, "多于"),
        ({"key_processes_total": "0"}, "不能是 0"),
        ({"key_processes_cnc": "22.5"}, "要填 0 或正整数，不带小数和单位"),
        ({"key_processes_cnc": "1e3"}, "要填 0 或正整数，不带小数和单位"),
        ({"key_processes_total": "1234567890"}, "最多 9 位数"),
        ({"smart_factory": "Z"}, "没有“Z”这个选项"),
        ({"smart_factory": ["A", "B"]}, "只能填一个答案，收到了 2 个"),
        ({"auto_collection": ["A", "F"]}, "“无”不能和其他选项同时选"),
    ],
)
def test_wrong_answer_stays_on_its_section_with_its_sentence_and_the_rest_is_saved(
    small_file: File, wrong: dict[str, str | list[str]], message: str
) -> None:
    place, page = save(small_file, "production", {**PRODUCTION, **wrong})
    assert place.endswith("/page/production")
    assert message in page and "本节有 1 处需要修改" in page and "其余题目已保存" in page
    stored = typed(small_file.app, small_file.draft_id)
    expected = {code: value for code, value in {**PRODUCTION, **wrong}.items() if code != "go"}
    assert stored == {code: value if isinstance(value, list) else [value] for code, value in expected.items()}


def test_wrong_number_is_shown_again_as_typed(small_file: File) -> None:
    _, page = save(small_file, "production", {**PRODUCTION, "key_processes_cnc": "二十二"})
    field = re.search(r'<input[^>]* name="key_processes_cnc"[^>]*>', page)
    assert field and 'value="二十二"' in field[0] and 'aria-invalid="true"' in field[0]


def test_wrong_section_may_be_left_half_done_by_its_blanks(small_file: File) -> None:
    place, page = save(small_file, "production", {"five_g": "B", "go": "next"})
    assert place.endswith("/page/operation") and "需要修改" not in page


@pytest.mark.parametrize(
    ("section", "go", "place"),
    [
        ("design", "next", "/page/production"),
        ("production", "back", "/page/design"),
        ("design", "back", "/page/design"),
        ("needs", "next", "/review"),
        ("production", "leave", "/link"),
        ("production", "anything", "/page/operation"),
    ],
)
def test_button_leads_on_back_or_out(small_file: File, section: str, go: str, place: str) -> None:
    assert save(small_file, section, {"go": go})[0].endswith(place)


def test_long_text_is_kept_to_the_last_character_and_refused(small_file: File) -> None:
    text = "要" * 201
    _, page = save(small_file, "needs", {"needs": "L", "needs_other": text, "go": "next"})
    assert "最多 200 个字，现在是 201 个字" in page and text in page
    assert typed(small_file.app, small_file.draft_id)["needs_other"] == [text]


def test_questions_that_do_not_apply_keep_what_was_typed(small_file: File) -> None:
    """A browser does not send the fields of a disabled fieldset; `asked` names the questions it did send."""
    design = {"own_design": "true", "designers_with_tools": "9", "designers_total": "12", "design_depth": "C"}
    save(small_file, "design", {**design, "asked": ["own_design", "design_tool_rate", "design_depth"], "go": "next"})
    _, page = save(small_file, "design", {"own_design": "false", "asked": ["own_design"], "go": "next"})
    assert page.count("不适用") >= 2 and 'value="12"' in page
    save(small_file, "design", {"own_design": "true", "asked": ["own_design"], "go": "next"})
    assert typed(small_file.app, small_file.draft_id) == {code: [value] for code, value in design.items()}


def test_declaring_later_that_a_question_applies_brings_its_answer_back(small_file: File) -> None:
    small_file.answered({**NO_DESIGN, "designers_with_tools": 9, "designers_total": 12})
    _, page = save(small_file, "design", {"own_design": "true", "asked": ["own_design"], "go": "next"})
    assert "75.0%" in page


def test_cleared_field_takes_the_answer_back(small_file: File) -> None:
    save(small_file, "production", dict(PRODUCTION))
    save(small_file, "production", {**PRODUCTION, "key_processes_cnc": ""})
    assert "key_processes_cnc" not in typed(small_file.app, small_file.draft_id) or typed(
        small_file.app, small_file.draft_id
    )["key_processes_cnc"] == [""]


def test_unticking_everything_takes_the_answer_back(small_file: File) -> None:
    save(small_file, "foundation", {"talent": ["B", "C"], "go": "next"})
    _, page = save(small_file, "foundation", {"go": "next"})
    assert typed(small_file.app, small_file.draft_id) == {}
    assert "checked" not in page


def test_fields_of_other_sections_are_not_taken(small_file: File) -> None:
    save(small_file, "design", {"own_design": "true", "five_g": "B", "staff": "1", "score": "100", "go": "next"})
    assert typed(small_file.app, small_file.draft_id) == {"own_design": ["true"]}


def test_shared_denominator_posted_by_another_section_is_not_taken(small_file: File) -> None:
    small_file.answered({"equipment_total": 120})
    save(small_file, "cloud", {"equipment_cloud": "24", "equipment_total": "1", "go": "next"})
    assert typed(small_file.app, small_file.draft_id) == {"equipment_total": ["120"], "equipment_cloud": ["24"]}


def test_number_above_the_denominator_of_another_section_stays_on_its_section(small_file: File) -> None:
    small_file.answered({"equipment_total": 120})
    place, page = save(small_file, "cloud", {"equipment_cloud": "121", "go": "next"})
    assert place.endswith("/page/cloud") and "本节有 1 处需要修改" in page and "多于" in page


def test_wrong_answer_to_what_does_not_apply_holds_nobody_up(small_file: File) -> None:
    place, page = save(small_file, "design", {"own_design": "false", "designers_total": "0", "go": "next"})
    assert place.endswith("/page/production") and "需要修改" not in page
    assert typed(small_file.app, small_file.draft_id)["designers_total"] == ["0"]


def test_same_section_saved_twice_is_stored_once(small_file: File) -> None:
    save(small_file, "production", dict(PRODUCTION))
    once = typed(small_file.app, small_file.draft_id)
    save(small_file, "production", dict(PRODUCTION))
    assert typed(small_file.app, small_file.draft_id) == once


def test_start_goes_on_where_something_is_open_and_to_the_review_when_nothing_is(small_file: File) -> None:
    assert small_file.holder.get(f"{small_file.draft}/").location == f"{small_file.draft}/page/design"
    save(small_file, "design", {"own_design": "false", "go": "next"})
    assert small_file.holder.get(f"{small_file.draft}/").location == f"{small_file.draft}/page/production"
    small_file.answered()
    assert small_file.holder.get(f"{small_file.draft}/").location == f"{small_file.draft}/review"
