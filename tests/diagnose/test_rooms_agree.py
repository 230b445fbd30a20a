"""The value rules stand once in each room; the same good and bad values are taken, or refused, by both."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.catalog import Catalog, load_catalog
from diagnose.services.answers import batch_answers
from questionnaires.parse import read, typed_again
from questionnaires.schema import Indicator
from scoring.encode import AnswerError, encode
from tests.diagnose.cast import PORTRAIT
from tests.firms import DISCRETE

catalog = cache(load_catalog)


def asked(kind: str) -> list[Indicator]:
    """The scored questions of one kind."""
    return [one for one in catalog().forms[PORTRAIT].questions if one.scored and one.kind == kind]


def taken_by_both(facts: dict[str, Any]) -> bool:
    """Whether these facts (as stored, right or wrong) are taken; fails when the rooms disagree."""
    return _agree(catalog(), DISCRETE | facts, changed=set(facts))


def _agree(known: Catalog, facts: dict[str, Any], changed: set[str]) -> bool:
    form, rules = known.forms[PORTRAIT], known.rulesets[PORTRAIT]
    reading = read(form.questions, typed_again(facts))
    asks = not any(reading.error_of(one) for one in form.questions)
    try:
        encode(rules, [batch_answers(rules, known.dictionary, facts)])
        judges = True
    except AnswerError as wrong:
        assert changed & {fact.code for fact in known.dictionary.indicators[wrong.code].facts}
        judges = False
    assert asks == judges, facts
    return asks


@pytest.mark.parametrize("question", asked("ratio"), ids=lambda question: question.code)
@pytest.mark.parametrize(
    ("num", "den", "good"),
    [
        *((0, 1, True), (1, 1, True), (7, 10, True), (999_999_999, 999_999_999, True)),
        *((2, 1, False), (10, 9, False), (0, 0, False), (1, 0, False), (-1, 1, False), (-1, -1, False)),
    ],
)
def test_ratio_is_taken_by_both_rooms_or_by_none(question: Indicator, num: int, den: int, good: bool) -> None:
    numerator, denominator = question.facts
    shared = {fact.code: 0 for one in asked("ratio") for fact in one.facts[:1] if denominator in one.facts}
    assert taken_by_both(shared | {numerator.code: num, denominator.code: den}) is good


@pytest.mark.parametrize("question", asked("single"), ids=lambda question: question.code)
def test_known_option_is_taken_and_an_unknown_one_refused_by_both(question: Indicator) -> None:
    assert all(taken_by_both({question.code: key}) for key in question.fact.options)
    for wrong in ("Z", "a", "无", "AB"):
        assert not taken_by_both({question.code: wrong})


@pytest.mark.parametrize("question", asked("multi"), ids=lambda question: question.code)
def test_none_stands_alone_for_both(question: Indicator) -> None:
    none, *others = [question.fact.none, *(key for key in question.fact.options if key != question.fact.none)]
    assert taken_by_both({question.code: [none]})
    assert taken_by_both({question.code: others})
    assert not taken_by_both({question.code: [none, others[0]]})
    assert not taken_by_both({question.code: [*question.fact.options]})
    assert not taken_by_both({question.code: [others[0], "Z"]})


@given(st.data())
def test_any_ticks_are_taken_by_both_or_by_none(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(asked("multi")))
    keys = [*question.fact.options, "Z"]
    taken_by_both({question.code: data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))})


@given(st.data(), st.integers(-3, 200), st.integers(-3, 200))
def test_any_two_counts_are_taken_by_both_or_by_none(data: st.DataObject, num: int, den: int) -> None:
    numerator, denominator = data.draw(st.sampled_from(asked("ratio")[:2])).facts
    taken_by_both({numerator.code: num, denominator.code: den})


def test_what_does_not_apply_is_no_answer_for_both() -> None:
    assert taken_by_both({"own_design": False})
