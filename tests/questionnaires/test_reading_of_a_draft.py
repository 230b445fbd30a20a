"""Typed answers read together: contradictions between facts, 不适用, and what counts as answered."""

from questionnaires.parse import read
from tests.questionnaires.examples import PORTRAIT, question

TOOLS, CNC, DESIGN = question("design_tool_rate"), question("cnc_rate"), question("own_design")
DIGITAL, NETWORKED, NEEDS = question("equipment_digital_rate"), question("equipment_networked_rate"), question("needs")


def test_nothing_typed_is_nothing_answered_and_nothing_wrong() -> None:
    reading = read(PORTRAIT.questions, {})
    assert reading.values == {} and reading.errors == {}
    assert not any(reading.answered(each) for each in PORTRAIT.questions)


def test_half_a_ratio_is_no_answer_and_no_error() -> None:
    reading = read([CNC], {"key_processes_cnc": ["22"]})
    assert reading.values == {"key_processes_cnc": 22}
    assert not reading.answered(CNC) and reading.error_of(CNC) is None


def test_numerator_may_equal_the_denominator() -> None:
    reading = read([CNC], {"key_processes_cnc": ["40"], "key_processes_total": ["40"]})
    assert reading.answered(CNC) and reading.errors == {}


def test_numerator_above_the_denominator_is_an_error_with_both_numbers() -> None:
    reading = read([CNC], {"key_processes_cnc": ["41"], "key_processes_total": ["40"]})
    assert not reading.answered(CNC)
    message = reading.error_of(CNC) or ""
    assert " 41 " in message and " 40 " in message and CNC.facts[0].title in message and CNC.facts[1].title in message


def test_numbers_are_compared_as_numbers_not_as_text() -> None:
    reading = read([CNC], {"key_processes_cnc": ["9"], "key_processes_total": ["10"]})
    assert reading.error_of(CNC) is None


def test_denominator_zero_is_an_error_of_its_own_field() -> None:
    reading = read([CNC], {"key_processes_cnc": ["0"], "key_processes_total": ["0"]})
    assert list(reading.errors) == ["key_processes_total"]
    assert not reading.answered(CNC)


def test_mistake_is_no_value() -> None:
    reading = read([CNC], {"key_processes_cnc": ["twenty"], "key_processes_total": ["40"]})
    assert reading.values == {"key_processes_total": 40}
    assert list(reading.errors) == ["key_processes_cnc"]


def test_shared_denominator_contradicts_only_the_ratio_that_exceeds_it() -> None:
    typed = {"equipment_digital": ["121"], "equipment_networked": ["50"], "equipment_total": ["120"]}
    reading = read([DIGITAL, NETWORKED], typed)
    assert not reading.answered(DIGITAL) and reading.answered(NETWORKED)


def test_declaring_no_own_design_makes_its_questions_not_applicable() -> None:
    reading = read([DESIGN, TOOLS], {"own_design": ["false"]})
    assert not reading.applies(TOOLS) and reading.answered(TOOLS)
    assert reading.applies(DESIGN)


def test_wrong_answer_to_what_does_not_apply_holds_nobody_up() -> None:
    reading = read([DESIGN, TOOLS], {"own_design": ["false"], "designers_total": ["0"]})
    assert reading.answered(TOOLS)


def test_question_applies_until_the_declaration_is_made() -> None:
    for declared in ([], ["true"], ["maybe"]):
        reading = read([DESIGN, TOOLS], {"own_design": declared})
        assert reading.applies(TOOLS) and not reading.answered(TOOLS)


def test_other_needs_its_text_only_when_ticked() -> None:
    assert read([NEEDS], {"needs": ["B"]}).answered(NEEDS)
    assert not read([NEEDS], {"needs": ["B", "L"]}).answered(NEEDS)
    assert read([NEEDS], {"needs": ["B", "L"], "needs_other": ["贷款"]}).answered(NEEDS)


def test_facts_that_no_question_asks_for_are_left_alone() -> None:
    assert read([CNC], {"points": ["100"], "staff": ["1"]}).values == {}
