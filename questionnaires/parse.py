"""What a person typed → the value of a fact, or a sentence that says what is wrong.

The same functions serve the form class, a draft read back, and an import: one rule, one place.
Values are stored as JSON: count → int, amount → decimal text, single → key, multi → keys, yes_no → bool, text → str.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from questionnaires.schema import HERE, NOT_APPLICABLE, Fact, Indicator
from questionnaires.strict import Texts

MESSAGES = Texts(HERE / "messages.yaml")
MAX_DIGITS = 9
_COUNT = re.compile(rf"0*[0-9]{{1,{MAX_DIGITS}}}")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
# What a Chinese keyboard gives for digits, comma, point and space; any other sign (10², ⑩) is no number.
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．　\u00a0", "0123456789,.  ")

Typed = Mapping[str, Sequence[str]]
"""Fact code → what was typed, as the browser sent it (several texts for a multi)."""


class Mistake(ValueError):
    """One thing wrong with one fact; the message is a Chinese sentence for the person who typed it."""


@dataclass
class Reading:
    """Typed answers understood: ``values`` by fact, ``errors`` by fact (field) and by question."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def error_of(self, question: Indicator) -> str | None:
        """The sentence to show beside this question, if something is wrong with it."""
        if not self.errors:
            return None
        keys = (*(fact.code for fact in question.facts), f"{question.code}:")
        return next((self.errors[key] for key in keys if key in self.errors), None)

    def applies(self, question: Indicator) -> bool:
        """False when the declared facts make this question 不适用."""
        rule = question.may_not_apply
        return rule is None or self.values.get(rule[0]) != rule[1]

    def answered(self, question: Indicator) -> bool:
        """True when the question needs nothing more: complete and without error, or 不适用."""
        if not self.applies(question):
            return True
        if self.error_of(question):
            return False
        return all(fact.code in self.values or not _needed(question, fact, self.values) for fact in question.facts)


def read(questions: Iterable[Indicator], typed: Typed) -> Reading:
    """Read back the typed answers to these questions; a blank is no answer, a mistake is no answer either."""
    reading = Reading()
    for question in questions:
        for fact in question.facts:
            if fact.code not in reading.values and fact.code not in reading.errors:
                _read_fact(fact, typed.get(fact.code, ()), reading)
        message = contradiction(question, reading.values)
        if message:
            reading.errors[f"{question.code}:"] = message
    return reading


def refuse_all_cut(questions: Iterable[Indicator], reading: Reading) -> None:
    """裁剪 leaves at least one sub-domain to rate: when all are 不适用, the last one is marked as wrong."""
    rated = [question for question in questions if question.kind == "ratings"]
    if rated and all(reading.values.get(question.code) == NOT_APPLICABLE for question in rated):
        reading.errors[f"{rated[-1].code}:"] = MESSAGES.say("all_cut")


def _read_fact(fact: Fact, texts: Sequence[str], reading: Reading) -> None:
    try:
        value = parse(fact, texts)
    except Mistake as mistake:
        reading.errors[fact.code] = str(mistake)
    else:
        if value is not None:
            reading.values[fact.code] = value


def _needed(question: Indicator, fact: Fact, values: Mapping[str, Any]) -> bool:
    if question.raw:
        return fact is question.fact
    if question.other and fact.code == question.other[1]:
        return question.other[0] in values.get(question.code, ())
    return True


def parse(fact: Fact, texts: Sequence[str]) -> Any:
    """The value of ``fact``, or None when nothing was typed; raises Mistake."""
    if fact.kind == "ratings":
        return _ratings(fact, texts)
    texts = [text for text in texts if text.strip()]
    if not texts:
        return None
    if any("\ufffd" in text or "\x00" in text for text in texts):
        raise Mistake(MESSAGES.say("unreadable", title=fact.title))
    if fact.kind == "multi":
        return _multi(fact, texts)
    if len(texts) > 1:
        raise Mistake(MESSAGES.say("several", title=fact.title, count=len(texts)))
    return _ONE[fact.kind](fact, texts[0].strip())


def contradiction(question: Indicator, values: Mapping[str, Any]) -> str | None:
    """What is wrong between the facts of one question although each alone is fine."""
    if question.raw:
        key = proposed(question, values)
        if key is None or values.get(question.code) in (None, key):
            return None
        return MESSAGES.say("raw", label=question.fact.options[key])
    if question.kind != "ratio" or question.may_exceed_one:
        return None
    num, den = question.facts
    if num.code not in values or den.code not in values:
        return None
    if Decimal(values[num.code]) <= Decimal(values[den.code]):
        return None
    return MESSAGES.say(
        "more",
        num_title=num.title,
        num=values[num.code],
        num_unit=num.unit,
        den_title=den.title,
        den=values[den.code],
        den_unit=den.unit,
    )


def proposed(question: Indicator, values: Mapping[str, Any]) -> str | None:
    """The answer that the yearly figures of a question give; None while one is missing. 持平 means equal figures."""
    raw = question.raw
    if raw is None or any(code not in values for code in (*raw.now, *raw.before)):
        return None
    now, before = _figure(raw.now, values), _figure(raw.before, values)
    if now is None or before is None:
        return None
    return raw.same if now == before else raw.up if now > before else raw.down


def _figure(codes: Sequence[str], values: Mapping[str, Any]) -> Fraction | None:
    """One figure, or the first divided by the second; None when that cannot be done."""
    top, *bottom = (Fraction(values[code]) for code in codes)
    if not bottom:
        return top
    return top / bottom[0] if bottom[0] else None


def _plain(text: str) -> str:
    """Full-width digits and thousands separators as people type them, in plain form."""
    plain = text.translate(_FULL_WIDTH).replace(" ", "")
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def _count(fact: Fact, text: str) -> int:
    plain = _plain(text)
    if not _COUNT.fullmatch(plain):
        if _NUMBER.fullmatch(plain) and "." not in plain:
            raise Mistake(MESSAGES.say("count_long", title=fact.title, digits=MAX_DIGITS))
        raise Mistake(MESSAGES.say("count", title=fact.title))
    value = int(plain)
    if value < fact.at_least:
        raise Mistake(fact.too_small)
    return value


def _amount(fact: Fact, text: str) -> str:
    plain = _plain(text)
    whole, _, decimals = plain.partition(".")
    if not _NUMBER.fullmatch(plain) or len(whole) > MAX_DIGITS or len(decimals) > fact.decimals:
        raise Mistake(MESSAGES.say("amount", title=fact.title, unit=fact.unit, decimals=fact.decimals))
    if fact.positive and not Decimal(plain):
        raise Mistake(fact.too_small)
    return f"{Decimal(plain):.{fact.decimals}f}"


def _single(fact: Fact, text: str) -> str:
    if text not in fact.options:
        raise Mistake(MESSAGES.say("no_option", title=fact.title, text=text[:20]))
    return text


def _multi(fact: Fact, texts: Sequence[str]) -> list[str]:
    chosen = {_single(fact, text) for text in texts}
    if fact.none in chosen and len(chosen) > 1:
        raise Mistake(MESSAGES.say("none_alone", none=fact.options[fact.none]))
    return [key for key in fact.options if key in chosen]


def _scene(fact: Fact, text: str) -> int:
    return int(_single(fact, text))


def _ratings(fact: Fact, texts: Sequence[str]) -> list[str] | str | None:
    """A mark a level, lowest first; above the first level without any merit all are 0. None while marks are open."""
    if NOT_APPLICABLE in texts:
        return NOT_APPLICABLE
    marks: list[str] = []
    for text in texts[: len(fact.levels)]:
        if not text.strip():
            return None
        marks.append(_single(fact, text.strip()))
        if marks[-1] == "0":
            return marks + ["0"] * (len(fact.levels) - len(marks))
    return marks if len(marks) == len(fact.levels) else None


def _yes_no(fact: Fact, text: str) -> bool:
    return _single(fact, text) == "true"


def _text(fact: Fact, text: str) -> str:
    if len(text) > fact.max_length:
        raise Mistake(MESSAGES.say("text_long", title=fact.title, max_length=fact.max_length, length=len(text)))
    return text


_ONE = {"count": _count, "amount": _amount, "single": _single, "scene": _scene, "yes_no": _yes_no, "text": _text}


def typed_again(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Stored values → what a person would have typed to give them (the inverse of ``parse``)."""
    return {code: _typed(value) for code, value in values.items()}


def _typed(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
