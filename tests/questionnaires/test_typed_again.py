"""What was stored can be shown as typed and read back unchanged, whatever the facts are."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from questionnaires.parse import parse, read, typed_again
from questionnaires.schema import Fact
from tests.firms import THREE_FIRMS
from tests.questionnaires.examples import DICTIONARY, PORTRAIT

FACTS = {fact.code: fact for question in PORTRAIT.questions for fact in question.facts} | {
    code: DICTIONARY.facts[code] for code in ("staff", "revenue", "assets")
}


def values_of(fact: Fact) -> st.SearchStrategy[Any]:
    """Every value that a fact may have once it is stored."""
    match fact.kind:
        case "count":
            return st.integers(fact.at_least, 999_999_999)
        case "amount":
            return st.integers(0, 99_999_999_999).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
        case "yes_no":
            return st.booleans()
        case "single":
            return st.sampled_from(list(fact.options))
        case "multi":
            keys = [key for key in fact.options if key != fact.none]
            some = st.sets(st.sampled_from(keys), min_size=1).map(lambda chosen: [key for key in keys if key in chosen])
            return st.one_of(some, st.just([fact.none])) if fact.none else some
    letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffd"), max_size=200)
    return letters.map(str.strip).filter(bool)


@given(st.data())
def test_every_stored_value_reads_back_as_itself(data: st.DataObject) -> None:
    fact = FACTS[data.draw(st.sampled_from(sorted(FACTS)))]
    value = data.draw(values_of(fact))
    again = parse(fact, typed_again({fact.code: value})[fact.code])
    assert again == value and type(again) is type(value)


@given(st.sampled_from(sorted(FACTS)), st.lists(st.text(max_size=30), max_size=3))
def test_whatever_is_typed_gives_a_value_that_reads_back_or_one_sentence(code: str, typed: list[str]) -> None:
    reading = read([q for q in DICTIONARY.indicators.values() if FACTS[code] in q.facts], {code: typed})
    if code in reading.errors:
        assert code not in reading.values and reading.errors[code].endswith("。")
    elif code in reading.values:
        assert parse(FACTS[code], typed_again(reading.values)[code]) == reading.values[code]


def test_the_three_firms_read_back_without_an_error() -> None:
    for facts in THREE_FIRMS.values():
        reading = read(PORTRAIT.questions, typed_again(facts))
        assert reading.errors == {} and reading.values == facts
        assert all(reading.answered(question) for question in PORTRAIT.questions)
