"""Facts ↔ what a ruler reads. The map is in the dictionary; here it is applied."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from questionnaires.schema import Dictionary, Indicator
from scoring.ruleset import Ruleset


def batch_answers(rules: Ruleset, dictionary: Dictionary, facts: Mapping[str, Any]) -> dict[str, object]:
    """The answers of one firm in the batch format; an indicator without its facts stays absent."""
    answers = {
        scored.code: _answer(dictionary.question(rules.scheme, scored.code), facts) for scored in rules.indicators
    }
    return {code: answer for code, answer in answers.items() if answer is not None}


def reads(rules: Ruleset, dictionary: Dictionary) -> dict[str, Any]:
    """Which facts answer each indicator, and which fact makes it 不适用: the map, for who has no dictionary."""
    return {scored.code: _reads(dictionary.question(rules.scheme, scored.code)) for scored in rules.indicators}


def _reads(question: Indicator) -> dict[str, Any]:
    rule = question.may_not_apply
    unless = {"unless": {"fact": rule[0], "value": rule[1]}} if rule else {}
    asked = [fact.code for fact in question.facts] if question.kind == "ratio" else [question.code]
    return {"facts": asked} | unless


def known_to_apply(rules: Ruleset, dictionary: Dictionary, facts: Mapping[str, Any]) -> frozenset[str]:
    """Indicators that could be 不适用, but for which the firm declared that they do apply."""
    return frozenset(
        scored.code
        for scored in rules.indicators
        if _declared_to_apply(dictionary.question(rules.scheme, scored.code), facts)
    )


def _declared_to_apply(question: Indicator, facts: Mapping[str, Any]) -> bool:
    rule = question.may_not_apply
    return rule is not None and facts.get(rule[0]) not in (None, rule[1])


def _answer(question: Indicator, facts: Mapping[str, Any]) -> object:
    if question.may_not_apply and facts.get(question.may_not_apply[0]) == question.may_not_apply[1]:
        return "NA"
    if question.kind == "ratings":
        return _ratings(facts.get(question.code))
    if question.kind != "ratio":
        return facts.get(question.code)
    num, den = (facts.get(fact.code) for fact in question.facts)
    return None if num is None or den is None else {"num": _exact(num), "den": _exact(den)}


def _ratings(value: Any) -> object:
    return [Decimal(mark) for mark in value] if isinstance(value, list) else value


def _exact(value: int | str) -> int | Decimal:
    return Decimal(value) if isinstance(value, str) else value
