"""A section as the fill page shows it: each question with what was typed, its state and its error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diagnose import wording
from diagnose.services import drafts
from diagnose.services.drafts import Draft, PageState
from diagnose.texts import say
from questionnaires.forms import asked_first
from questionnaires.parse import Reading
from questionnaires.schema import Fact, Form, Indicator, Page


@dataclass(frozen=True)
class FieldView:
    """One fact of a question. ``owner`` is (number, page) of the question that asks for a shared fact."""

    fact: Fact
    typed: Sequence[str]
    wrong: bool
    owner: tuple[str, str] | None

    @property
    def text(self) -> str:
        """What stands in a text field."""
        return self.typed[0] if self.typed else ""


@dataclass(frozen=True)
class QuestionView:
    """One question: its number (2.1), fields, and ``state``, a dict the page's script receives as JSON too."""

    question: Indicator
    number: str
    fields: list[FieldView]
    state: Mapping[str, Any]


@dataclass(frozen=True)
class SectionView:
    """One section of a draft."""

    form: Form
    page: Page
    number: int
    questions: list[QuestionView]
    states: list[PageState]

    @property
    def answered(self) -> int:
        return sum(state.answered for state in self.states)

    @property
    def total(self) -> int:
        return sum(len(state.page.questions) for state in self.states)

    @property
    def wrong(self) -> list[QuestionView]:
        """The questions to correct, for the summary on top."""
        return [view for view in self.questions if view.state["error"]]

    @property
    def minutes(self) -> int:
        """Rounded-up share of the form's time that is left."""
        return -(-self.form.minutes * (self.total - self.answered) // self.total)


def numbers(form: Form) -> dict[str, str]:
    """Question code → its number in the form, 2.1."""
    return {
        question.code: f"{section}.{position}"
        for section, page in enumerate(form.pages, 1)
        for position, question in enumerate(page.questions, 1)
    }


def section_view(form: Form, draft: Draft, code: str) -> SectionView | None:
    """The view of one section, None when the form has no such section."""
    page = form.page(code)
    if page is None:
        return None
    reading = drafts.understand(form, draft)
    questions = [_question_view(form, question, reading, draft) for question in page.questions]
    return SectionView(form, page, form.pages.index(page) + 1, questions, drafts.progress(form, reading))


def question_state(question: Indicator, reading: Reading, draft: Draft) -> dict[str, Any]:
    """What stands beside a question: saved when, 未填, 不适用 or what is wrong; ``result`` is the live percentage."""
    error = reading.error_of(question) if reading.applies(question) else None
    return {"error": error, "result": _result(question, reading), **_state(question, reading, draft, error)}


def _state(question: Indicator, reading: Reading, draft: Draft, error: str | None) -> dict[str, str]:
    if not reading.applies(question):
        return {"state": "na", "text": say("state_na")}
    if error:
        return {"state": "bad", "text": say("state_wrong")}
    given = [fact.code for fact in question.facts if fact.code in reading.values]
    if reading.answered(question):
        saved = max(draft.saved_at[code] for code in given)
        return {"state": "ok", "text": say("state_saved", time=wording.clock(saved))}
    return {"state": "empty", "text": say("state_part" if given else "state_empty")}


def _result(question: Indicator, reading: Reading) -> str:
    if question.kind != "ratio" or not reading.answered(question) or not reading.applies(question):
        return ""
    num, den = (reading.values[fact.code] for fact in question.facts)
    return wording.percent(Fraction(num) / Fraction(den))


def _question_view(form: Form, question: Indicator, reading: Reading, draft: Draft) -> QuestionView:
    number = numbers(form)
    owner = asked_first(form)
    fields = [_field(fact, question, owner[fact.code], number, form, reading, draft) for fact in question.facts]
    return QuestionView(question, number[question.code], fields, question_state(question, reading, draft))


def _field(
    fact: Fact,
    question: Indicator,
    owner: Indicator,
    number: Mapping[str, str],
    form: Form,
    reading: Reading,
    draft: Draft,
) -> FieldView:
    page = next(page.code for page in form.pages if owner in page.questions)
    wrong = fact.code in reading.errors or (f"{question.code}:" in reading.errors and fact is question.facts[0])
    return FieldView(
        fact,
        draft.typed.get(fact.code, ()),
        wrong,
        None if owner is question else (number[owner.code], page),
    )
