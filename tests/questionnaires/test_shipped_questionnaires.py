"""The dictionary and the forms as shipped: complete, in Chinese, each question asked once and worth answering."""

import re

import pytest

from questionnaires.schema import Form, Indicator
from tests.questionnaires.examples import DICTIONARY, FORMS, PORTRAIT

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"[a-z][a-z0-9_]*")
QUESTIONS = list(DICTIONARY.indicators.values())


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
def test_question_says_what_to_count_what_to_show_and_where_it_comes_from(question: Indicator) -> None:
    for text in (question.title, question.short, question.scope, question.help, question.source, *question.evidence):
        assert CHINESE.search(text) and text == text.strip()
    assert question.evidence
    assert len(question.short) <= len(question.title)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
def test_choices_are_labelled_in_chinese_without_repeats(question: Indicator) -> None:
    labels = list((question.fact.options or {}).values())
    assert len(set(labels)) == len(labels)
    assert all(label == label.strip() and label for label in labels)


def test_codes_are_plain_and_titles_differ() -> None:
    codes = [*DICTIONARY.facts, *DICTIONARY.indicators]
    assert all(CODE.fullmatch(code) for code in codes)
    for form in FORMS.values():
        titles = [question.title for question in form.questions]
        assert len(set(titles)) == len(titles)


def test_every_fact_is_used() -> None:
    used = {fact.code for question in QUESTIONS for fact in question.facts}
    assert used == set(DICTIONARY.facts)


def test_facts_the_batch_and_the_pages_rely_on_have_their_codes() -> None:
    codes = {"key_processes_cnc", "key_processes_total", "smart_factory", "management_links", "equipment_total"}
    assert codes | {"own_design", "staff", "revenue", "assets"} <= set(DICTIONARY.facts)


def test_denominators_are_at_least_one() -> None:
    for question in QUESTIONS:
        if question.kind == "ratio" and not question.may_exceed_one:
            denominator = question.facts[1]
            assert denominator.at_least == 1 or denominator.positive, question.code
            assert CHINESE.search(denominator.too_small)


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_form_is_complete(form: Form) -> None:
    assert form.schemes and form.minutes > 0
    for text in (form.title, form.pledge, *(page.title for page in form.pages), *(page.intro for page in form.pages)):
        assert CHINESE.search(text)
    assert all(page.questions for page in form.pages)


def test_condition_of_a_question_is_asked_before_it() -> None:
    for form in FORMS.values():
        asked: set[str] = set()
        for question in form.questions:
            if question.may_not_apply:
                assert question.may_not_apply[0] in asked, f"{form.name}: {question.code}"
            asked |= {fact.code for fact in question.facts}


def test_portrait_asks_in_six_scored_sections_and_one_unscored() -> None:
    assert [page.code for page in PORTRAIT.pages] == [
        *("design", "production", "operation", "cloud", "foundation", "outcome", "needs")
    ]
    scored = {page.code: {question.scored for question in page.questions} for page in PORTRAIT.pages}
    assert scored["needs"] == {False}
    assert all(True in kinds for code, kinds in scored.items() if code != "needs")
    assert not DICTIONARY.indicators["own_design"].scored
