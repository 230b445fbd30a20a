"""Answers of n synthetic firms as columns: drawn from their maturity, encoded for the scorer, written as JSON.

Each fact is one column of integers (n,): the option of a single, the bits of a multi's ticks, the grade of a scene, a
count, an amount in units of 10**-decimals, 1 or 0 for yes or no.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from questionnaires.schema import Dictionary, Fact, Form
from scoring.answers import DOES_NOT_APPLY
from scoring.encode import Columns
from scoring.model import Ruleset
from scoring.tables import tables

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Values = dict[str, Ints]


def asked(forms: Iterable[Form]) -> dict[str, Fact]:
    """The facts that forms ask for and that are drawn: no free texts, and not the yearly figures behind an answer."""
    questions = [question for form in forms for question in form.questions]
    few = [question.facts[:1] if question.raw else question.facts for question in questions]
    return {fact.code: fact for facts in few for fact in facts if fact.kind != "text"}


def draw(
    random: np.random.Generator, forms: Sequence[Form], maturity: Floats, totals: Values, model: Mapping[str, Any]
) -> Values:
    """The answers of firms of this maturity (n,); ``totals`` are taken as they are, ``model`` is population.yaml.

    Options that come later in a list of ticks are harder; one that asks for a text is never ticked.
    """
    values, noise, n = dict(totals), model["noise"], len(maturity)
    with_text = {question.other for form in forms for question in form.questions}

    def near(kind: str) -> Floats:
        found: Floats = maturity + noise[kind] * random.standard_normal(n)
        return found

    for code, fact in asked(forms).items():
        if code not in values and fact.kind in ("single", "scene"):
            count = len(fact.options)
            values[code] = np.clip(near(fact.kind) * count, 0, count - 1).astype(np.int64)
        elif code not in values and fact.kind == "multi":
            keys = [key for key in fact.options if key != fact.none]
            ticked = [near("multi") > (place + 0.5) / len(keys) for place in range(len(keys))]
            free = [tick & ((key, f"{code}_other") not in with_text) for key, tick in zip(keys, ticked, strict=True)]
            values[code] = sum((tick.astype(np.int64) << bit for bit, tick in enumerate(free)), start=np.zeros(n, int))
    for code, part in model["parts"].items():
        share = np.clip(near("part") + part["shift"], 0, 1) * part["scale"]
        values[code] = (values[part["of"]] * share).astype(np.int64)
    _contradict(random, values, model["contradictions"])
    return values


def _contradict(random: np.random.Generator, values: Values, spec: Mapping[str, Any]) -> None:
    most, than = values[spec["most"]], values[spec["than"]]
    chosen = (random.random(len(most)) < spec["share"]) & (than < most)
    values[spec["more"]] = np.where(chosen, than + 1, values[spec["more"]])


def encoded(rules: Ruleset, dictionary: Dictionary, values: Values) -> Columns:
    """The same as `scoring.encode.encode` of the same answers, without a loop over the firms."""
    found = tables(rules)
    n = len(next(iter(values.values())))

    def of(code: str) -> Ints:
        return values[dictionary.code(rules.scheme, code)]

    codes = np.empty((len(found.coded.rows), n), dtype=np.int64)
    for row, indicator in enumerate(found.coded.indicators):
        codes[row] = found.coded.unanswered[row] + 1 + of(indicator.code)
        codes[row, ~applies(rules, dictionary, indicator.code, values)] = found.coded.na[row, 0]
    grades = np.array([1 + of(scene.code) for scene in found.scenes.indicators], dtype=np.int64).reshape(-1, n)
    pairs = np.empty((2, len(found.ratios.rows), n), dtype=np.int64)
    for row, indicator in enumerate(found.ratios.indicators):
        num, den = (values[fact.code] for fact in dictionary.question(rules.scheme, indicator.code).facts)
        told = applies(rules, dictionary, indicator.code, values)
        pairs[:, row] = np.where(told, num, 0), np.where(told, den, DOES_NOT_APPLY)
    return Columns(codes, grades, pairs[0], pairs[1], np.empty((0, 0, n), dtype=np.int16))


def applies(rules: Ruleset, dictionary: Dictionary, code: str, values: Values) -> NDArray[np.bool_]:
    """Which firms an indicator applies to (n,)."""
    rule = dictionary.question(rules.scheme, code).may_not_apply
    if rule is None:
        return np.ones(len(next(iter(values.values()))), dtype=np.bool_)
    told: NDArray[np.bool_] = values[rule[0]] != int(bool(rule[1]))
    return told


def answer_texts(form: Form, values: Values, size_facts: Values) -> list[str]:
    """The facts of one statement as JSON texts (n), as `services.submit` stores them: of the questions that apply."""
    told: dict[str, NDArray[np.bool_] | None] = {}
    for question in form.questions:
        rule = question.may_not_apply
        for fact in question.facts:
            if fact.code in values and fact.code not in told:
                told[fact.code] = None if rule is None else values[rule[0]] != int(bool(rule[1]))
    facts = {fact.code: fact for question in form.questions for fact in question.facts}
    parts = [_fragments(facts[code], values[code], only) for code, only in told.items()]
    last = zip(size_facts["staff"].tolist(), amounts(size_facts["revenue"]), strict=True)
    parts.append([f'"staff": {staff}, "revenue": "{revenue}"' for staff, revenue in last])
    return ["{" + "".join(row) + "}" for row in zip(*parts, strict=True)]


def amounts(values: Ints) -> list[str]:
    """Amounts in hundredths as decimal texts."""
    return [f"{value // 100}.{value % 100:02d}" for value in values.tolist()]


def _fragments(fact: Fact, values: Ints, only: NDArray[np.bool_] | None) -> list[str]:
    if fact.kind == "count":
        texts = [f'"{fact.code}": {value}, ' for value in values.tolist()]
    elif fact.kind == "amount":
        texts = [f'"{fact.code}": "{value}", ' for value in amounts(values)]
    else:
        texts = _table(fact)[values].tolist()
    return texts if only is None else [text if told else "" for text, told in zip(texts, only.tolist(), strict=True)]


@lru_cache(maxsize=128)
def _table(fact: Fact) -> NDArray[np.object_]:
    """What is written of each value of a choice."""
    match fact.kind:
        case "single":
            said = [f'"{key}"' for key in fact.options]
        case "yes_no":
            said = ["false", "true"]
        case "scene":
            said = list(fact.options)
        case _:
            keys = [key for key in fact.options if key != fact.none]
            ticked = ([key for bit, key in enumerate(keys) if bits >> bit & 1] for bits in range(1 << len(keys)))
            said = ["[" + ", ".join(f'"{key}"' for key in some or [str(fact.none)]) + "]" for some in ticked]
    return np.array([f'"{fact.code}": {text}, ' for text in said], dtype=object)
