"""Questions → a WTForms class, built at run time; its field names are the codes of the facts."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from wtforms import Field, Form
from wtforms.validators import StopValidation

from questionnaires.parse import Mistake, contradiction, parse
from questionnaires.schema import Fact, Indicator
from questionnaires.schema import Form as Questionnaire


class FactField(Field):
    """The field of one fact: keeps what was typed, and its value once that makes sense."""

    def __init__(self, fact: Fact, **kwargs: Any) -> None:
        super().__init__(label=fact.title, **kwargs)
        self.fact = fact
        self.typed: list[str] = []

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.typed = list(valuelist)
        try:
            self.data = parse(self.fact, self.typed)
        except Mistake as mistake:
            self.data = None
            raise ValueError(str(mistake)) from None


class NotMoreThan:
    """Validator on the numerator of a ratio: it stays within the denominator of the same form."""

    def __init__(self, question: Indicator) -> None:
        self.question = question

    def __call__(self, form: Form, field: FactField) -> None:
        values = {name: form[name].data for name in (fact.code for fact in self.question.facts) if name in form}
        message = contradiction(self.question, {name: value for name, value in values.items() if value is not None})
        if message:
            raise StopValidation(message)


class SectionForm(Form):
    """Base of the classes below; one instance reads one posted section or one posted question."""

    def typed(self) -> dict[str, list[str]]:
        """What was typed, by fact code; an empty list where the person left a blank."""
        return {field.name: field.typed for field in self if isinstance(field, FactField)}


@lru_cache(maxsize=256)
def form_class(questions: tuple[Indicator, ...], locked: frozenset[str] = frozenset()) -> type[SectionForm]:
    """The form of these questions. ``locked`` facts are asked elsewhere (a shared denominator) and stay out."""
    fields: dict[str, Any] = {}
    for question in questions:
        for fact in question.facts:
            if fact.code not in locked and fact.code not in fields:
                fields[fact.code] = FactField(fact, validators=_validators(question, fact))
    return type("Section", (SectionForm,), fields)


def _validators(question: Indicator, fact: Fact) -> list[NotMoreThan]:
    return [NotMoreThan(question)] if question.kind == "ratio" and fact is question.facts[0] else []


@lru_cache(maxsize=16)
def asked_first(form: Questionnaire) -> dict[str, Indicator]:
    """Fact code → the question that asks for it; later questions show it as given (a shared denominator)."""
    owner: dict[str, Indicator] = {}
    for question in form.questions:
        for fact in question.facts:
            owner.setdefault(fact.code, question)
    return owner


def question_form(form: Questionnaire, questions: tuple[Indicator, ...]) -> type[SectionForm]:
    """The form class of some questions of a questionnaire, without the facts that others ask for."""
    owner = asked_first(form)
    asked = frozenset(questions)
    codes = {fact.code for question in questions for fact in question.facts}
    return form_class(questions, frozenset(code for code in codes if owner[code] not in asked))
