"""The onsite draft of a visit as one value: what the firm said, what the advisor found, what is still open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Diagnosis, Evidence, Finding, Statement, Visit
from diagnose.models.visit import ADOPTED
from diagnose.services import drafts
from diagnose.services.facts import DatedFact, merge, plain, statements_of
from diagnose.services.review import Guarantee, guarantee
from diagnose.texts import say
from questionnaires.forms import asked_first
from questionnaires.parse import Reading, Typed
from questionnaires.schema import NOT_APPLICABLE, Fact, Form, Indicator

CLAIM, MOVES, REST, DONE = "claim", "moves", "rest", "done"
GROUPS = (CLAIM, MOVES, REST, DONE)


@dataclass(frozen=True)
class Progress:
    """How far an onsite draft is, in questions."""

    done: int
    total: int
    adopted: int


@dataclass(frozen=True)
class OnsiteDraft:
    """The form, the firm's own facts, and by question or fact what was found; nothing is known from before."""

    form: Form
    own: Mapping[str, DatedFact]
    typed: Typed
    findings: Mapping[str, Finding]
    evidence: Mapping[str, Sequence[Evidence]] = field(default_factory=dict)
    own_evidence: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def reading(self) -> Reading:
        """All that was typed, verified or not."""
        return drafts.understand(self.form, drafts.Draft(self.typed, {}))

    @cached_property
    def sure(self) -> Reading:
        """As ``reading``, without claims of 不适用 that are still open: what they cut off stays open too."""
        loose = {code for code, asker in self.claims.items() if not self._backed(asker)}
        return Reading(
            {code: value for code, value in self.reading.values.items() if code not in loose}, self.reading.errors
        )

    @cached_property
    def own_reading(self) -> Reading:
        """The firm's own answers."""
        return Reading(plain(self.own))

    @cached_property
    def claims(self) -> dict[str, Indicator]:
        """Facts that can declare other questions 不适用 → the question that asks for them."""
        owner = asked_first(self.form)
        rules = [question.may_not_apply for question in self.form.questions if question.may_not_apply]
        return {code: owner[code] for code, _ in rules if code in owner}

    def _backed(self, question: Indicator) -> bool:
        return self.choice(question) is not None and self.reading.answered(question)

    def finding(self, question: Indicator) -> Finding | None:
        """What the advisor said of a question so far."""
        return self.findings.get(question.code)

    def choice(self, question: Indicator) -> str | None:
        """verified, adopted, or None while open."""
        found = self.finding(question)
        return found.choice if found else None

    def version(self, question: Indicator) -> int:
        """How often the answer to a question was changed."""
        found = self.finding(question)
        return found.version if found else 0

    def applies(self, question: Indicator) -> bool:
        """False when it is verified or adopted that the question is 不适用."""
        return self.sure.applies(question)

    def done(self, question: Indicator) -> bool:
        """Verified with a valid value, adopted, or verified to be 不适用."""
        return not self.applies(question) or (self.choice(question) is not None and self.sure.answered(question))

    def adopted(self, question: Indicator) -> bool:
        """True when the answer counts and is the firm's own, taken over (沿用自评)."""
        return self.choice(question) == ADOPTED and self.applies(question) and self.done(question)

    @cached_property
    def open_questions(self) -> list[Indicator]:
        """What still keeps the visit from being written up, in the order of the form."""
        return [question for question in self.form.questions if not self.done(question)]

    @cached_property
    def given(self) -> dict[str, Any]:
        """The facts of the questions that are done."""
        values = self.reading.values
        counted = [question for question in self.form.questions if self.done(question) and self.applies(question)]
        return {fact.code: values[fact.code] for one in counted for fact in one.facts if fact.code in values}

    @cached_property
    def progress(self) -> Progress:
        questions = list(self.form.questions)
        adopted = sum(self.adopted(question) for question in questions)
        return Progress(len(questions) - len(self.open_questions), len(questions), adopted)

    def guarantees(self, catalog: Catalog, which: bool = True) -> list[Guarantee]:
        """What is guaranteed under each ruler of the form while all that is not done is open; ``which`` as there."""
        return [guarantee(catalog, catalog.rulesets[name], self.given, which) for name in self.form.schemes]

    def group(self, question: Indicator, movable: frozenset[str]) -> str:
        """Where a question stands in the order: claims of 不适用 first, then what can still change the level."""
        if self.done(question):
            return DONE
        if self._is_claim(question):
            return CLAIM
        cut = [one.code for one in self.form.questions if self.claims.get((one.may_not_apply or ("",))[0]) is question]
        return MOVES if movable.intersection([question.code, *cut]) else REST

    def _is_claim(self, question: Indicator) -> bool:
        """The firm says that it is 不适用, or that others are."""
        values = self.own_reading.values
        declared = {one.may_not_apply for one in self.form.questions if not self.own_reading.applies(one)}
        declares = any(rule and self.claims.get(rule[0]) is question for rule in declared)
        return declares or question.may_not_apply in declared - {None} or values.get(question.code) == NOT_APPLICABLE

    def has_own(self, question: Indicator) -> bool:
        """Whether the firm gave a value to this question."""
        return self.own_reading.applies(question) and self.own_reading.answered(question)

    def own_text(self, question: Indicator) -> str:
        """The firm's own answer in words."""
        if not self.own_reading.applies(question):
            return say("not_applicable")
        return wording.answer_text(question, self.own_reading.values)

    def text(self, question: Indicator) -> str:
        """What was found so far, in words."""
        if not self.applies(question):
            return say("not_applicable")
        return wording.answer_text(question, self.reading.values)

    def is_own(self, question: Indicator) -> bool:
        """Whether the values of a question are still those of the firm."""
        own, values = self.own_reading.values, self.reading.values
        return all(values.get(fact.code) == own.get(fact.code) for fact in decisive(question))

    def why_not_own(self, question: Indicator) -> str | None:
        """Why the firm's own value cannot be taken over; None when it can."""
        rule = question.may_not_apply
        if rule and not self.own_reading.applies(question):
            return say("onsite_own_na", title=self.claims[rule[0]].title)
        if not self.has_own(question):
            return say("onsite_no_own")
        for fact in decisive(question):
            if self._settled_elsewhere(question, fact) and self.reading.values.get(fact.code) != self._own(fact):
                found = " ".join(self.typed[fact.code])
                return say("onsite_not_own", title=fact.title, found=found, own=self._own(fact))
        return None

    def _own(self, fact: Fact) -> Any:
        return self.own_reading.values.get(fact.code)

    def _settled_elsewhere(self, question: Indicator, fact: Fact) -> bool:
        """Whether a fact was typed for another question, which asks for it first or stands on it."""
        if not any(text.strip() for text in self.typed.get(fact.code, ())):
            return False
        if asked_first(self.form)[fact.code] is not question:
            return True
        return any(fact in one.facts and self.choice(one) for one in self.form.questions if one is not question)


def decisive(question: Indicator) -> tuple[Fact, ...]:
    """The facts that make the answer; yearly figures beside it only explain it."""
    return (question.fact,) if question.raw else question.facts


def onsite_draft(session: Session, catalog: Catalog, visit: Visit) -> OnsiteDraft:
    """The draft of a visit, in a constant number of queries."""
    found = session.scalars(
        select(Finding)
        .where(Finding.assessment_id == visit.assessment_id)
        .options(joinedload(Finding.by))
        .execution_options(populate_existing=True)
    )
    evidence = session.scalars(
        select(Evidence)
        .where(Evidence.assessment_id.in_((visit.assessment_id, visit.base_id)), Evidence.deleted_at.is_(None))
        .order_by(Evidence.id)
    ).all()
    by_question: dict[str, list[Evidence]] = {}
    own_count: dict[str, int] = {}
    for one in evidence:
        if one.assessment_id == visit.assessment_id:
            by_question.setdefault(one.question, []).append(one)
        else:
            own_count[one.question] = own_count.get(one.question, 0) + 1
    return OnsiteDraft(
        form=catalog.forms[visit.assessment.form_name],
        own=own_facts(session, visit),
        typed=drafts.load(session, visit.assessment_id).typed,
        findings={one.question: one for one in found},
        evidence=by_question,
        own_evidence=own_count,
    )


def own_facts(session: Session, visit: Visit) -> dict[str, DatedFact]:
    """What the base self-assessment's verdict read: its statement, and what the firm had said before it.

    What was said in a file that was joined to the firm's since is none of it.
    """
    statements = statements_of(session, [visit.enterprise_id], visit.base.kind)
    base = next((row for row in statements if row.assessment_id == visit.base_id), None)
    read = _read_by(session, base) if base else ()
    return merge(row for row in statements if row.id in read)


def _read_by(session: Session, base: Statement) -> list[int]:
    """The statements that the verdict of a submission lists; all rulers of a form read the same."""
    verdicts = select(Diagnosis.statements).where(
        Diagnosis.enterprise_id == base.enterprise_id,
        Diagnosis.kind == base.kind,
        Diagnosis.as_of == base.as_of,
        Diagnosis.known_at == base.recorded_at,
    )
    return next((ids for ids in session.scalars(verdicts) if base.id in ids), [base.id])
