"""Questionnaire and ruler are held against each other at load; a difference is refused, naming both."""

from dataclasses import replace
from typing import Any

import pytest

from diagnose.catalog import Catalog, cross_check, load_catalog
from diagnose.services.answers import batch_answers
from questionnaires.schema import Form
from questionnaires.strict import DefinitionError
from scoring.ruleset import Ruleset
from tests.diagnose.cast import PORTRAIT


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog()


def check(shipped: Catalog, **changed: Any) -> str:
    """What the check says about one changed form, ruler or indicator."""
    form: Form = changed.pop("form", shipped.forms[PORTRAIT])
    rules: Ruleset = changed.pop("rules", shipped.rulesets[PORTRAIT])
    dictionary = replace(shipped.dictionary, indicators={**shipped.dictionary.indicators, **changed})
    with pytest.raises(DefinitionError) as refused:
        cross_check(dictionary, {PORTRAIT: form}, {PORTRAIT: rules})
    message = str(refused.value)
    assert str(rules.path) in message
    return message


def without(form: Form, code: str) -> Form:
    """The form with one question less."""
    pages = [replace(page, questions=tuple(one for one in page.questions if one.code != code)) for page in form.pages]
    return replace(form, pages=tuple(pages))


def less(rules: Ruleset, code: str) -> Ruleset:
    """The ruler with one indicator less."""
    return replace(rules, indicators=tuple(one for one in rules.indicators if one.code != code))


def test_shipped_definitions_agree(shipped: Catalog) -> None:
    cross_check(shipped.dictionary, shipped.forms, shipped.rulesets)


def test_scored_question_that_nobody_values_is_refused(shipped: Catalog) -> None:
    message = check(shipped, rules=less(shipped.rulesets[PORTRAIT], "talent"))
    assert PORTRAIT in message and "talent: not valued" in message


def test_valued_indicator_that_nobody_asks_is_refused(shipped: Catalog) -> None:
    message = check(shipped, form=without(shipped.forms[PORTRAIT], "talent"))
    assert PORTRAIT in message and "talent: valued" in message and "not asked" in message


def test_questions_that_are_not_scored_are_exempt(shipped: Catalog) -> None:
    form = without(shipped.forms[PORTRAIT], "needs")
    cross_check(shipped.dictionary, {PORTRAIT: form}, {PORTRAIT: shipped.rulesets[PORTRAIT]})


def test_form_for_an_unknown_ruler_is_refused(shipped: Catalog) -> None:
    form = replace(shipped.forms[PORTRAIT], schemes=("nowhere/1",))
    with pytest.raises(DefinitionError, match=rf"{PORTRAIT}: schemes: no ruler nowhere/1"):
        cross_check(shipped.dictionary, {PORTRAIT: form}, {PORTRAIT: shipped.rulesets[PORTRAIT]})


def test_indicator_missing_in_the_dictionary_is_refused(shipped: Catalog) -> None:
    left = {code: one for code, one in shipped.dictionary.indicators.items() if code != "talent"}
    rules = shipped.rulesets[PORTRAIT]
    with pytest.raises(DefinitionError) as refused:
        cross_check(replace(shipped.dictionary, indicators=left), shipped.forms, {PORTRAIT: rules})
    assert str(rules.path) in str(refused.value) and "talent: not in the dictionary" in str(refused.value)


def test_other_kind_is_refused(shipped: Catalog) -> None:
    talent = shipped.dictionary.indicators["talent"]
    assert "talent: kind multi in the ruler, single in the dictionary" in check(
        shipped, talent=replace(talent, kind="single")
    )


@pytest.mark.parametrize("change", ["missing", "added", "other order", "other none"])
def test_other_options_are_refused(shipped: Catalog, change: str) -> None:
    talent = shipped.dictionary.indicators["talent"]
    keys = list(talent.fact.options.items())
    changes: dict[str, dict[str, Any]] = {
        "missing": {"options": dict(keys[:-1])},
        "added": {"options": dict([*keys, ("Z", "其他")])},
        "other order": {"options": dict(reversed(keys))},
        "other none": {"none": None},
    }
    message = check(shipped, talent=replace(talent, facts=(replace(talent.fact, **changes[change]),)))
    assert "talent: options" in message and "dictionary" in message


@pytest.mark.parametrize("rule", [None, ("own_design", True), ("five_g", "A")])
def test_other_groups_of_not_applicable_are_refused(shipped: Catalog, rule: tuple[str, object] | None) -> None:
    depth = shipped.dictionary.indicators["design_depth"]
    message = check(shipped, design_depth=replace(depth, may_not_apply=rule))
    assert "not_applicable" in message and "dictionary" in message


def test_every_indicator_of_the_ruler_is_read_from_the_facts(shipped: Catalog) -> None:
    facts = {fact.code: 1 for one in shipped.dictionary.indicators.values() for fact in one.facts}
    rules = shipped.rulesets[PORTRAIT]
    assert set(batch_answers(rules, shipped.dictionary, facts)) == {one.code for one in rules.indicators}
