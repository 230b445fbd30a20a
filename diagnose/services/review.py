"""Before submitting: all answers, what is missing, and what is guaranteed so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.services import drafts
from diagnose.services.answers import batch_answers, known_to_apply
from diagnose.services.drafts import Draft, PageState
from diagnose.services.submit import open_questions
from diagnose.texts import say
from questionnaires.parse import Reading
from questionnaires.schema import Form, Indicator
from scoring.movable import movable
from scoring.ruleset import Ruleset
from scoring.verdict import verdict


@dataclass(frozen=True)
class Guarantee:
    """The range within which the verdict of one ruler must fall, whatever the open answers turn out to be.

    ``movable`` are the open questions that can still change the level.
    """

    rules: Ruleset
    score: tuple[str, str]
    level: tuple[str, str]
    movable: frozenset[str]


@dataclass(frozen=True)
class Review:
    """A draft at a glance."""

    form: Form
    draft: Draft
    reading: Reading
    states: list[PageState]
    missing: list[Indicator]
    guarantees: list[Guarantee]

    def settled(self, question: Indicator) -> bool:
        """True when the open answer to a scored question cannot change any level any more."""
        return question.scored and not any(question.code in one.movable for one in self.guarantees)

    def reused_from(self, question: Indicator) -> str:
        """Where an answer that nobody typed in this draft comes from, in words."""
        codes = [fact.code for fact in question.facts if fact.code in self.reading.values]
        if not codes or any(code in self.draft.typed for code in codes):
            return ""
        fact = self.draft.known[codes[0]]
        return say("reused", day=wording.day(fact.as_of), kind=wording.KINDS[fact.source])

    def shown(self, question: Indicator) -> str | None:
        """The answer in words; None when it is 不适用."""
        return wording.answer_text(question, self.reading.values) if self.reading.applies(question) else None


def review(catalog: Catalog, form: Form, draft: Draft) -> Review:
    """Read a draft for the review page."""
    reading = drafts.understand(form, draft)
    sound = _sound(form, reading)
    return Review(
        form,
        draft,
        reading,
        drafts.progress(form, reading),
        open_questions(form, reading),
        [guarantee(catalog, catalog.rulesets[name], sound) for name in form.schemes],
    )


def _sound(form: Form, reading: Reading) -> dict[str, Any]:
    """The values without those of contradicting ratios: what is wrong is no answer yet."""
    values = dict(reading.values)
    for question in form.questions:
        if reading.error_of(question):
            values.pop(question.facts[0].code, None)
    return values


def guarantee(catalog: Catalog, rules: Ruleset, values: Mapping[str, Any], which: bool = True) -> Guarantee:
    """What these facts guarantee under one ruler; all of them must be sound, whatever is missing.

    ``which``: also tell which questions can still change the level, by far the most work.
    """
    answers = batch_answers(rules, catalog.dictionary, values)
    applies = known_to_apply(rules, catalog.dictionary, values)
    judged = verdict(rules, answers, applies)
    open_codes = movable(rules, answers, applies) if which and judged.missing else frozenset()
    still_open = frozenset(catalog.dictionary.code(rules.scheme, code) for code in open_codes)
    score = judged.score_range or (judged.score, judged.score)
    level = judged.level_range or (judged.level, judged.level)
    return Guarantee(rules, _both(score, rules), (_title(rules, level[0]), _title(rules, level[1])), still_open)


def _both(score: tuple[Any, Any], rules: Ruleset) -> tuple[str, str]:
    return wording.number(score[0], rules.decimals), wording.number(score[1], rules.decimals)


def _title(rules: Ruleset, level: int | None) -> str:
    return wording.level_name(level or 0, rules.level_title(level or 0))
