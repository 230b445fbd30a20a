"""An onsite answer in words and as a page's script receives it: beside its question, after saving, in a conflict."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.services.onsite_draft import OnsiteDraft
from diagnose.services.review import Guarantee
from diagnose.texts import say
from questionnaires.forms import asked_first
from questionnaires.parse import Reading
from questionnaires.schema import Indicator


def settled(guarantees: Sequence[Guarantee]) -> bool:
    """True when no open answer can change any level any more."""
    return all(one.level[0] == one.level[1] for one in guarantees)


def state_of(draft: OnsiteDraft, question: Indicator) -> dict[str, Any]:
    """What stands beside a question, as a page's script receives it."""
    shown = draft.sure if question.may_not_apply else draft.reading
    error = shown.error_of(question) if shown.applies(question) else None
    state, text = _mark(draft, question, error)
    return {
        "state": state,
        "text": text,
        "error": error,
        "version": draft.version(question),
        "choice": draft.choice(question) or "",
        "result": wording.share_text(question, draft.reading.values) if shown.answered(question) else "",
    }


def _mark(draft: OnsiteDraft, question: Indicator, error: str | None) -> tuple[str, str]:
    if not draft.applies(question):
        return "na", say("onsite_na")
    if error:
        return "bad", say("onsite_bad")
    if draft.done(question):
        return "ok", say("onsite_adopted" if draft.adopted(question) else "onsite_verified")
    given = any(fact.code in draft.reading.values for fact in question.facts)
    if not given:
        return "empty", say("onsite_empty")
    return "empty", say("onsite_unsure" if draft.sure.answered(question) else "onsite_part")


def saved_body(catalog: Catalog, draft: OnsiteDraft, question: Indicator, refusal: str | None = None) -> dict[str, Any]:
    """What a script is told after saving: this question and those it touches, and how far the visit is."""
    guarantees = draft.guarantees(catalog, which=False)
    states = {one.code: state_of(draft, one) for one in draft.form.questions if _shares(one, question)}
    if refusal:
        states[question.code] |= {"state": "bad", "error": refusal}
    progress = draft.progress
    return {
        "saved": True,
        "version": draft.version(question),
        "questions": states,
        "progress": {"done": progress.done, "total": progress.total, "adopted": progress.adopted},
        "settled": settled(guarantees),
        "levels": list(guarantees[0].level),
    }


def _shares(one: Indicator, asked: Indicator) -> bool:
    """True when the answer to ``asked`` changes what is shown beside ``one``."""
    codes = {fact.code for fact in asked.facts}
    depends = one.may_not_apply is not None and one.may_not_apply[0] in codes
    return depends or any(fact.code in codes for fact in one.facts)


def conflict_body(
    draft: OnsiteDraft, question: Indicator, typed: Mapping[str, Sequence[str]], choice: str, note: str
) -> dict[str, Any]:
    """Both answers to one question, for a person to choose from; ``typed``, ``choice`` and ``note`` are what came."""
    found = draft.finding(question)
    owned = [fact.code for fact in question.facts if asked_first(draft.form)[fact.code] is question]
    stored = {code: list(draft.typed.get(code, ())) for code in owned}
    sent = {code: list(typed.get(code, ())) for code in owned}
    mine = replace(draft, typed={**draft.typed, **typed})
    theirs = {
        "text": _words(question, draft.reading, stored),
        "note": found.note if found else "",
        "choice": draft.choice(question) or "",
        "by": found.by.name if found and found.by else "",
        "at": wording.moment(found.saved_at) if found else "",
        "version": draft.version(question),
        "typed": stored,
    }
    own = {"text": _words(question, mine.reading, sent), "note": note, "choice": choice, "typed": sent}
    return {"conflict": True, "question": question.code, "theirs": theirs, "mine": own}


def _words(question: Indicator, reading: Reading, typed: Mapping[str, Sequence[str]]) -> str:
    """An answer in words; as typed while it makes no sense."""
    if reading.error_of(question) or not reading.answered(question):
        texts = [text for code in typed for text in typed[code] if text.strip()]
        return say("onsite_as_typed", typed=" / ".join(texts)) if texts else say("unanswered")
    return wording.answer_text(question, reading.values)
