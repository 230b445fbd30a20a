"""A section as the fill page shows it: each question with what was typed, its state and its error."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from diagnose import wording
from diagnose.services import drafts
from diagnose.services.drafts import Draft, PageState
from diagnose.texts import say
from diagnose.web.fixed import Fixed, FixedField, fixed
from questionnaires.forms import asked_first
from questionnaires.parse import Reading, proposed
from questionnaires.schema import Fact, Form, Indicator, Page


@dataclass(frozen=True)
class FieldView:
    """One fact of a question: what this firm typed, and the parts that are the same for all."""

    fact: Fact
    typed: tuple[str, ...]
    wrong: bool
    fixed: FixedField

    @property
    def text(self) -> str:
        """What stands in a text field."""
        return self.typed[0] if self.typed else ""

    @property
    def choices(self) -> Markup:
        """The options, ticked as typed; without 无, which stands apart."""
        options = self.fixed.choices.items()
        return Markup("".join(pair[key in self.typed] for key, pair in options if key != self.fact.none))

    @property
    def nothing(self) -> Markup:
        """The option 无 of a multi, ticked as typed."""
        key = self.fact.none or ""
        return self.fixed.choices[key][key in self.typed]


@dataclass(frozen=True)
class KnownView:
    """What an earlier statement says to a question; ``fresh``: it answers, otherwise the firm has to confirm it."""

    text: str
    day: str
    kind: str
    fresh: bool


@dataclass(frozen=True)
class QuestionView:
    """One question: its fields, and ``state``, a dict the page's script receives as JSON too.

    With ``known`` the question shows what is known instead of its fields.
    """

    question: Indicator
    fixed: Fixed
    fields: tuple[FieldView, ...]
    state: Mapping[str, Any]
    known: KnownView | None


@dataclass(frozen=True)
class SectionView:
    """One section of a draft."""

    form: Form
    page: Page
    number: int
    questions: list[QuestionView]
    states: list[PageState]

    @cached_property
    def answered(self) -> int:
        return sum(state.answered for state in self.states)

    @cached_property
    def total(self) -> int:
        return sum(len(state.page.questions) for state in self.states)

    @cached_property
    def wrong(self) -> list[QuestionView]:
        """The questions to correct, for the summary on top."""
        return [view for view in self.questions if view.state["error"]]

    @cached_property
    def minutes(self) -> int:
        """Rounded-up share of the form's time that is left."""
        return -(-self.form.minutes * (self.total - self.answered) // self.total)


def section_view(form: Form, draft: Draft, code: str, edit: str = "") -> SectionView | None:
    """The view of one section, None when the form has no such section; ``edit``: a known question asked again."""
    page = form.page(code)
    if page is None:
        return None
    reading = drafts.understand(form, draft)
    questions = [_question_view(form, question, reading, draft, edit) for question in page.questions]
    return SectionView(form, page, form.pages.index(page) + 1, questions, drafts.progress(form, reading))


def question_state(question: Indicator, reading: Reading, draft: Draft) -> dict[str, Any]:
    """What stands beside a question: saved when, 未填, 不适用 or what is wrong; ``result`` is the live percentage."""
    error = reading.error_of(question) if reading.applies(question) else None
    return {
        "error": error,
        "result": _result(question, reading),
        "proposed": proposed_text(question, reading),
        **_state(question, reading, draft, error),
    }


def _state(question: Indicator, reading: Reading, draft: Draft, error: str | None) -> dict[str, str]:
    if not reading.applies(question):
        return {"state": "na", "text": say("state_na")}
    if error:
        return {"state": "bad", "text": say("state_wrong")}
    given = [fact.code for fact in question.facts if fact.code in reading.values]
    if reading.answered(question):
        saved = max((draft.saved_at[code] for code in given if code in draft.saved_at), default=None)
        if saved is None:
            return {"state": "ok", "text": say("state_known")}
        return {"state": "ok", "text": say("state_saved", time=wording.clock(saved))}
    return {"state": "empty", "text": say("state_part" if given else "state_empty")}


def _result(question: Indicator, reading: Reading) -> str:
    if not reading.answered(question) or not reading.applies(question):
        return ""
    return wording.share_text(question, reading.values)


def proposed_text(question: Indicator, reading: Reading) -> str:
    """The option that the yearly figures of a question give, in words."""
    key = proposed(question, reading.values) if question.raw else None
    return question.fact.options[key] if key else ""


def _question_view(form: Form, question: Indicator, reading: Reading, draft: Draft, edit: str) -> QuestionView:
    parts = fixed(form, question)
    shown = draft.answers
    fields = tuple(
        FieldView(fact, tuple(shown.get(fact.code, ())), is_wrong(fact, question, reading), field)
        for fact, field in zip(question.facts, parts.fields, strict=True)
    )
    known = _known(form, question, draft, reading) if draft.known and question.code != edit else None
    return QuestionView(question, parts, fields, question_state(question, reading, draft), known)


def _known(form: Form, question: Indicator, draft: Draft, reading: Reading) -> KnownView | None:
    """What is known about a question to which nothing was typed in this draft."""
    needed = question.facts[:2] if question.kind == "ratio" else question.facts[:1]
    own = [fact.code for fact in needed if asked_first(form)[fact.code] is question]
    if not own or any(code in draft.typed for code in own) or any(fact.code not in draft.known for fact in needed):
        return None
    untyped = [draft.known[fact.code] for fact in needed if fact.code not in draft.typed]
    oldest = min(untyped, key=lambda fact: fact.as_of)
    # A shared denominator may have been typed anew.
    text = wording.answer_text(question, {code: fact.value for code, fact in draft.known.items()} | reading.values)
    return KnownView(
        text, wording.day(oldest.as_of), wording.KINDS[oldest.source], drafts.is_fresh(oldest, draft.as_of)
    )


def is_wrong(fact: Fact, question: Indicator, reading: Reading) -> bool:
    """Whether this field is to be marked: the fact itself, or the first one of a question that contradicts itself."""
    return fact.code in reading.errors or (f"{question.code}:" in reading.errors and fact is question.facts[0])
