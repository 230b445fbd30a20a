"""The WTForms class built from the questions: fields are facts, errors stand at the field, shared facts are locked."""

from werkzeug.datastructures import MultiDict

from questionnaires.forms import asked_first, form_class, question_form
from tests.questionnaires.examples import PORTRAIT, question

PRODUCTION = PORTRAIT.page("production")
CNC, DIGITAL = question("cnc_rate"), question("equipment_digital_rate")


def test_field_names_are_the_codes_of_the_facts_in_the_order_asked() -> None:
    assert PRODUCTION
    names = [field.name for field in question_form(PORTRAIT, PRODUCTION.questions)()]
    assert names == [
        *("key_processes_cnc", "key_processes_total", "equipment_digital", "equipment_total", "equipment_networked"),
        *("smart_factory", "five_g", "auto_collection"),
    ]


def test_same_questions_give_the_same_class() -> None:
    assert PRODUCTION
    assert question_form(PORTRAIT, PRODUCTION.questions) is question_form(PORTRAIT, PRODUCTION.questions)


def test_shared_denominator_is_asked_by_the_first_question_only() -> None:
    owner = asked_first(PORTRAIT)
    assert owner["equipment_total"] is DIGITAL
    assert "equipment_total" in question_form(PORTRAIT, (DIGITAL,))()._fields
    for code in ("equipment_networked_rate", "equipment_cloud_rate"):
        assert "equipment_total" not in question_form(PORTRAIT, (question(code),))()._fields


def test_posted_value_of_a_locked_fact_is_not_taken() -> None:
    form = question_form(PORTRAIT, (question("equipment_cloud_rate"),))(
        MultiDict({"equipment_cloud": "5", "equipment_total": "6"})
    )
    assert form.typed() == {"equipment_cloud": ["5"]}


def test_good_answers_validate_and_give_values() -> None:
    form = form_class((CNC,))(MultiDict({"key_processes_cnc": "２２", "key_processes_total": "1,040"}))
    assert form.validate()
    assert (form["key_processes_cnc"].data, form["key_processes_total"].data) == (22, 1040)


def test_wrong_answer_is_kept_as_typed_with_its_error_at_the_field() -> None:
    form = form_class((CNC,))(MultiDict({"key_processes_cnc": "abc", "key_processes_total": "40"}))
    assert not form.validate()
    assert list(form.errors) == ["key_processes_cnc"]
    assert form.typed() == {"key_processes_cnc": ["abc"], "key_processes_total": ["40"]}
    assert form["key_processes_cnc"].data is None


def test_contradiction_stands_at_the_numerator() -> None:
    form = form_class((CNC,))(MultiDict({"key_processes_cnc": "41", "key_processes_total": "40"}))
    assert not form.validate()
    assert list(form.errors) == ["key_processes_cnc"]
    assert "多于" in form["key_processes_cnc"].errors[0]


def test_blank_validates_and_is_typed_as_nothing() -> None:
    form = form_class((CNC,))(MultiDict())
    assert form.validate()
    assert form.typed() == {"key_processes_cnc": [], "key_processes_total": []}


def test_all_ticks_of_a_multi_arrive() -> None:
    form = form_class((question("talent"),))(MultiDict([("talent", "C"), ("talent", "B")]))
    assert form.validate() and form["talent"].data == ["B", "C"]
