"""A draft: opened once, saved answer by answer, read back as typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Insert, Select, bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.models import Assessment, DraftAnswer, Enterprise, Evidence, Statement
from diagnose.models.assessment import DRAFT, SET_ASIDE
from diagnose.services import evidence
from diagnose.services.facts import DatedFact, facts_at
from diagnose.texts import say
from diagnose.upsert import dialect, upsert
from questionnaires.parse import Reading, Typed, read, refuse_all_cut, typed_again
from questionnaires.schema import Form, Indicator, Page

# Built once: putting a statement together takes SQLAlchemy longer than running it.
_TYPED = select(DraftAnswer.code, DraftAnswer.typed, DraftAnswer.saved_at).where(
    DraftAnswer.assessment_id == bindparam("assessment_id")
)
_STATUS = select(Assessment.status).where(Assessment.id == bindparam("assessment_id")).with_for_update()


@cache
def _keep(dialect: str) -> Insert:
    return upsert(dialect, DraftAnswer, replace=("typed", "saved_at", "by_id"))


class Submitted(ValueError):
    """The assessment is no draft any more; what was sent was not saved."""


@dataclass(frozen=True)
class Draft:
    """A draft as stored: what was typed and when, and what earlier statements say (``known``), by fact code.

    Where nothing was typed a known fact answers, as long as it is not too old on the day of the draft (``as_of``).
    """

    typed: Mapping[str, Sequence[str]]
    saved_at: Mapping[str, datetime]
    known: Mapping[str, DatedFact] = field(default_factory=dict)
    as_of: date = date.min

    def reused(self) -> dict[str, Any]:
        """The known facts that answer without being asked again."""
        return {
            code: fact.value
            for code, fact in self.known.items()
            if code not in self.typed and is_fresh(fact, self.as_of)
        }

    @cached_property
    def answers(self) -> Typed:
        """What answers, by fact code: what was typed, and below it what is known from before."""
        return typed_again(self.reused()) | dict(self.typed) if self.known else self.typed


def is_fresh(fact: DatedFact, as_of: date) -> bool:
    """A fact may be used again for twelve months; then the firm has to confirm it."""
    return (as_of.year, as_of.month, as_of.day) <= (fact.as_of.year + 1, fact.as_of.month, fact.as_of.day)


@dataclass(frozen=True)
class PageState:
    """How far one section is."""

    page: Page
    answered: int
    errors: int

    @property
    def left(self) -> int:
        return len(self.page.questions) - self.answered

    @property
    def text(self) -> str:
        """How far it is, in words."""
        if not self.left:
            return say("section_done")
        return say("section_errors", count=self.errors) if self.errors else say("section_left", count=self.left)


def open_draft(
    session: Session, enterprise: Enterprise, form: Form, purpose: str, as_of: date, now: datetime
) -> Assessment:
    """The open draft of this form, or a new one filled from the last statement. Two clicks give one draft."""
    existing = session.scalar(_open(enterprise, form))
    if existing:
        return existing
    assessment = Assessment(
        enterprise_id=enterprise.id,
        kind="self",
        form=form.form,
        edition=form.edition,
        purpose=purpose,
        as_of=as_of,
        started_at=now,
    )
    try:
        with session.begin_nested():
            session.add(assessment)
    except IntegrityError:
        return session.scalars(_open(enterprise, form)).one()
    _fill_from_last(session, assessment, form, now)
    return assessment


def purpose_of_start(session: Session, enterprise_id: int, form: Form) -> str:
    """What starting a form is for: a firm's first statement, another ruler beside it, or the same form again."""
    if last_statement(session, enterprise_id, form):
        return "again"
    stated = session.scalar(select(Statement.id).where(Statement.enterprise_id == enterprise_id).limit(1))
    return "other" if stated else "first"


def open_drafts(session: Session, enterprise_id: int) -> list[Assessment]:
    """All drafts of a file's own that were not submitted; an advisor's is none of them."""
    return list(
        session.scalars(
            select(Assessment).where(
                Assessment.enterprise_id == enterprise_id, Assessment.kind == "self", Assessment.status == DRAFT
            )
        )
    )


def discard(session: Session, assessment: Assessment, by: int | None, now: datetime) -> list[Evidence]:
    """Drop a draft with what was typed; returns the evidence that was marked as deleted with it.

    A draft that ever had evidence is only set aside: its rows are what finds the bytes when the file is erased. Raises
    Submitted when it is no draft any more. The caller holds the enterprise's row, so that no upload comes between.
    """
    if session.scalar(_STATUS, {"assessment_id": assessment.id}) != DRAFT:
        raise Submitted
    beside = list(session.scalars(select(Evidence).where(Evidence.assessment_id == assessment.id)))
    if not beside:
        session.execute(delete(Assessment).where(Assessment.id == assessment.id))
        return []
    session.execute(delete(DraftAnswer).where(DraftAnswer.assessment_id == assessment.id))
    assessment.status = SET_ASIDE
    return [row for row in beside if evidence.delete(row, by, now)]


def load(session: Session, assessment_id: int) -> Draft:
    """What was typed so far."""
    rows = session.connection().execute(_TYPED, {"assessment_id": assessment_id}).all()
    return Draft({code: typed for code, typed, _ in rows}, {code: saved_at for code, _, saved_at in rows})


def whole(session: Session, assessment: Assessment) -> Draft:
    """What was typed so far and what is known from before."""
    draft = load(session, assessment.id)
    if assessment.purpose in ("first", "visit"):  # nothing before it; an onsite visit looks at everything anew
        return draft
    known = facts_at(session, assessment.enterprise_id, assessment.kind, assessment.as_of, wording.now())
    return replace(draft, known=known, as_of=assessment.as_of)


def adopt(session: Session, assessment: Assessment, question: Indicator, now: datetime, by: int | None = None) -> None:
    """沿用: state what is known about one question again, as of the draft's day."""
    session.scalar(_STATUS, {"assessment_id": assessment.id})  # nobody types between reading and saving
    draft = whole(session, assessment)
    codes = [fact.code for fact in question.facts if fact.code in draft.known and fact.code not in draft.typed]
    values = {code: draft.known[code].value for code in codes}
    save(session, assessment.id, typed_again(values), now, by)


def set_day(session: Session, assessment: Assessment, as_of: date) -> None:
    """Change the as-of date; raises Submitted when the assessment is no draft any more."""
    if session.scalar(_STATUS, {"assessment_id": assessment.id}) != DRAFT:
        raise Submitted
    assessment.as_of = as_of


def save(
    session: Session,
    assessment_id: int,
    typed: Mapping[str, Sequence[str]],
    now: datetime,
    by: int | None = None,
) -> None:
    """Keep what was typed, right or wrong, and who typed it; raises Submitted when it is no draft any more."""
    status = session.scalar(_STATUS, {"assessment_id": assessment_id})
    if status != DRAFT:
        raise Submitted
    rows = [
        {"assessment_id": assessment_id, "code": code, "typed": list(texts), "saved_at": now, "by_id": by}
        for code, texts in typed.items()
    ]
    if rows:
        session.execute(_keep(dialect(session)), rows)


def progress(form: Form, reading: Reading) -> list[PageState]:
    """Section by section: how many questions are answered, how many have an error."""
    return [
        PageState(
            page,
            sum(reading.answered(question) for question in page.questions),
            sum(reading.applies(question) and reading.error_of(question) is not None for question in page.questions),
        )
        for page in form.pages
    ]


def understand(form: Form, draft: Draft) -> Reading:
    """The whole draft read back."""
    reading = read(form.questions, draft.answers)
    refuse_all_cut(form.questions, reading)
    return reading


def _open(enterprise: Enterprise, form: Form) -> Select[Assessment]:
    return select(Assessment).where(
        Assessment.enterprise_id == enterprise.id,
        Assessment.kind == "self",
        Assessment.form == form.form,
        Assessment.status == DRAFT,
    )


def _fill_from_last(session: Session, assessment: Assessment, form: Form, now: datetime) -> None:
    last = last_statement(session, assessment.enterprise_id, form)
    if last is None:
        return
    asked = {fact.code for question in form.questions for fact in question.facts}
    known = {code: value for code, value in last.answers.items() if code in asked and value is not None}
    if assessment.purpose != "correction":  # another form may have said something newer since
        newer = facts_at(session, assessment.enterprise_id, assessment.kind, assessment.as_of, now)
        known |= {code: newer[code].value for code in known.keys() & newer.keys()}
    save(session, assessment.id, typed_again(known), now)


def last_statement(session: Session, enterprise_id: int, form: Form) -> Statement | None:
    """The newest self-statement made with this form: latest as_of, then latest recorded."""
    return session.scalar(
        select(Statement)
        .where(Statement.enterprise_id == enterprise_id, Statement.kind == "self", Statement.form == form.form)
        .order_by(Statement.as_of.desc(), Statement.recorded_at.desc(), Statement.id.desc())
        .limit(1)
    )
