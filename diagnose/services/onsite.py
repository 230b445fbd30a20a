"""现场核验: keep what the advisor found of one question, once, and never over what they have not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, select
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Finding, SyncedChange, Visit
from diagnose.models.visit import ADOPTED, VERIFIED, VISITING
from diagnose.services import drafts, visits
from diagnose.services.onsite_draft import OnsiteDraft, onsite_draft
from diagnose.services.onsite_words import conflict_body, saved_body
from diagnose.texts import say
from diagnose.upsert import dialect, upsert
from questionnaires.forms import asked_first
from questionnaires.parse import typed_again
from questionnaires.schema import Indicator

SAME = "same"  # verified, and found to be just what the firm said
SAVED, CONFLICT, CLOSED = "saved", "conflict", "closed"


@dataclass(frozen=True)
class Outcome:
    """What became of a change: ``status`` saved, conflict or closed, and what to answer to a script.

    ``fresh`` is False when nothing was written: the change was carried out before, or changes nothing.
    """

    status: str
    body: dict[str, Any]
    fresh: bool = False


@dataclass(frozen=True)
class _Wanted:
    """What the advisor sent for one question."""

    question: Indicator
    typed: Mapping[str, Sequence[str]]
    choice: str | None
    note: str


@cache
def _keep(dialect: str) -> Insert:
    return upsert(dialect, Finding, replace=("choice", "note", "version", "by_id", "saved_at"))


def save(
    session: Session,
    catalog: Catalog,
    visit: Visit,
    question: Indicator,
    typed: Mapping[str, Sequence[str]],
    choice: str,
    note: str,
    version: int,
    change: str,
    by: int | None,
    now: datetime,
) -> Outcome:
    """Keep one question's values as typed, the choice and the note, unless they changed since ``version`` was seen.

    ``choice``: verified, same (verified, and as the firm said), adopted, or "" while open. A wrong or half-typed value
    is kept and leaves the question open. ``change``: the number of this change, "" for none; a change carried out
    before gets the answer it got then. Answers to one visit take turns.
    """
    visits.take_turn(session, [visit.enterprise_id])
    visit = visits.locked(session, visit.id)
    earlier = _earlier(session, visit, change)
    if earlier is not None:
        return Outcome(SAVED, earlier)
    if visit.state != VISITING:
        return Outcome(CLOSED, {"closed": True, "message": say("onsite_closed")})
    draft = onsite_draft(session, catalog, visit)
    wanted = _Wanted(question, _planned(draft, question, typed, choice), choice or None, note.strip())
    refusal = draft.why_not_own(question) if choice in (ADOPTED, SAME) and draft.applies(question) else None
    if _is_so(draft, wanted):
        return Outcome(SAVED, saved_body(catalog, draft, question, refusal))
    if version != draft.version(question):
        return Outcome(CONFLICT, conflict_body(draft, question, wanted.typed, choice, wanted.note))
    drafts.save(session, visit.assessment_id, wanted.typed, now, by)
    after = _after(session, visit, draft, wanted, by, now)
    body = saved_body(catalog, after, question, refusal) | {"raised": _raised(draft, after)}
    if change:
        session.add(SyncedChange(assessment_id=visit.assessment_id, change=change, outcome=body, at=now))
        session.flush()
    return Outcome(SAVED, body, fresh=True)


def open_questions(session: Session, catalog: Catalog, visit: Visit) -> list[Indicator]:
    """The questions that are neither verified nor adopted, in the order of the form."""
    return onsite_draft(session, catalog, visit).open_questions


def adopted_codes(session: Session, catalog: Catalog, visit: Visit) -> list[str]:
    """The facts that stand on the firm's word alone: those of adopted questions that no verified one shares."""
    draft = onsite_draft(session, catalog, visit)
    counted = [question for question in draft.form.questions if draft.done(question) and draft.applies(question)]
    adopted = {fact.code for question in counted if draft.adopted(question) for fact in question.facts}
    verified = {fact.code for question in counted if not draft.adopted(question) for fact in question.facts}
    return sorted((adopted - verified) & draft.reading.values.keys())


def _earlier(session: Session, visit: Visit, change: str) -> dict[str, Any] | None:
    if not change:
        return None
    return session.scalar(
        select(SyncedChange.outcome).where(
            SyncedChange.assessment_id == visit.assessment_id, SyncedChange.change == change
        )
    )


def _planned(
    draft: OnsiteDraft, question: Indicator, typed: Mapping[str, Sequence[str]], choice: str
) -> dict[str, list[str]]:
    """The facts to write: those typed, or the firm's own. What is 不适用 shows no fields, so nothing was typed."""
    if not draft.applies(question):
        return {}
    owner = asked_first(draft.form)
    asked = {fact.code: list(typed.get(fact.code, ())) for fact in question.facts if owner[fact.code] is question}
    if choice not in (ADOPTED, SAME):
        return asked
    if draft.why_not_own(question):
        return {}
    own = typed_again({fact.code: draft.own[fact.code].value for fact in question.facts if fact.code in draft.own})
    others = {code: texts for code, texts in own.items() if code not in asked and not draft.typed.get(code)}
    return {code: own.get(code, []) for code in asked} | others


def _is_so(draft: OnsiteDraft, wanted: _Wanted) -> bool:
    """Whether all that was sent is stored already (a double click)."""
    found = draft.finding(wanted.question)
    same = all(list(draft.typed.get(code, ())) == list(texts) for code, texts in wanted.typed.items())
    return found is not None and same and (found.choice, found.note) == (_choice(draft, wanted), wanted.note)


def _after(
    session: Session, visit: Visit, draft: OnsiteDraft, wanted: _Wanted, by: int | None, now: datetime
) -> OnsiteDraft:
    """The draft with the change in it; other questions that share a changed fact move too, some back to open."""
    asked = wanted.question
    changed = {code for code, texts in wanted.typed.items() if list(draft.typed.get(code, ())) != list(texts)}
    typed = replace(draft, typed={**draft.typed, **wanted.typed})
    choices = {asked.code: _choice(typed, wanted)}
    for other in draft.form.questions:
        if other.code in draft.findings and other is not asked and any(fact.code in changed for fact in other.facts):
            choices[other.code] = _still(typed, other)
    rows = [_row(visit, draft, code, choice, by, now) for code, choice in choices.items()]
    rows[0]["note"] = wanted.note
    session.execute(_keep(dialect(session)), rows)
    written = {row["question"]: Finding(**row) for row in rows}
    return replace(typed, findings={**draft.findings, **written})


def _choice(typed: OnsiteDraft, wanted: _Wanted) -> str | None:
    """The choice that stands: none while the value is wrong or half-typed, none for a value the firm never gave."""
    shown = typed.sure if wanted.question.may_not_apply else typed.reading
    if not typed.applies(wanted.question):
        return typed.choice(wanted.question)
    if wanted.choice is None or not shown.answered(wanted.question):
        return None
    if wanted.choice in (ADOPTED, SAME) and not (typed.has_own(wanted.question) and typed.is_own(wanted.question)):
        return None
    return ADOPTED if wanted.choice == ADOPTED else VERIFIED


def _still(typed: OnsiteDraft, other: Indicator) -> str | None:
    """The choice of a question after a fact it shares was changed."""
    choice = typed.choice(other)
    if choice == ADOPTED and not typed.is_own(other):
        return None
    return choice if typed.reading.answered(other) else None


def _raised(before: OnsiteDraft, after: OnsiteDraft) -> dict[str, int]:
    """The questions of which this change made a new version: whoever sent it has seen them."""
    found = after.findings.items()
    return {code: row.version for code, row in found if row is not before.findings.get(code)}


def _row(
    visit: Visit, draft: OnsiteDraft, code: str, choice: str | None, by: int | None, now: datetime
) -> dict[str, Any]:
    found = draft.findings.get(code)
    return {
        "assessment_id": visit.assessment_id,
        "question": code,
        "choice": choice,
        "note": found.note if found else "",
        "version": (found.version if found else 0) + 1,
        "by_id": by,
        "saved_at": now,
    }
