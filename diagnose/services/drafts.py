"""A draft: opened once, saved answer by answer, read back as typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnose.models import Assessment, DraftAnswer, Enterprise, Statement
from diagnose.models.assessment import DRAFT
from diagnose.texts import say
from diagnose.upsert import upsert
from questionnaires.parse import Reading, read, typed_again
from questionnaires.schema import Form, Page


class Submitted(ValueError):
    """The assessment is no draft any more; what was sent was not saved."""


@dataclass(frozen=True)
class Draft:
    """A draft as stored: what was typed and when, by fact code."""

    typed: Mapping[str, Sequence[str]]
    saved_at: Mapping[str, datetime]


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


def open_drafts(session: Session, enterprise_id: int) -> list[Assessment]:
    """All drafts of a file that were not submitted."""
    return list(
        session.scalars(
            select(Assessment).where(Assessment.enterprise_id == enterprise_id, Assessment.status == DRAFT)
        )
    )


def discard(session: Session, assessment_id: int) -> None:
    """Drop a draft with what was typed; raises Submitted when it is no draft any more."""
    dropped = session.scalar(
        delete(Assessment).where(Assessment.id == assessment_id, Assessment.status == DRAFT).returning(Assessment.id)
    )
    if dropped is None:
        raise Submitted


def load(session: Session, assessment_id: int) -> Draft:
    """What was typed so far."""
    rows = session.execute(
        select(DraftAnswer.code, DraftAnswer.typed, DraftAnswer.saved_at).where(
            DraftAnswer.assessment_id == assessment_id
        )
    ).all()
    return Draft({row.code: row.typed for row in rows}, {row.code: row.saved_at for row in rows})


def save(session: Session, assessment_id: int, typed: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Keep what was typed, right or wrong; raises Submitted when the assessment is no draft any more."""
    status = session.scalar(select(Assessment.status).where(Assessment.id == assessment_id).with_for_update())
    if status != DRAFT:
        raise Submitted
    rows = [
        {"assessment_id": assessment_id, "code": code, "typed": list(texts), "saved_at": now}
        for code, texts in typed.items()
    ]
    if rows:
        session.execute(upsert(session, DraftAnswer, rows, replace=("typed", "saved_at")))


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
    return read(form.questions, draft.typed)


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
    known = {code: value for code, value in last.answers.items() if code in asked}
    save(session, assessment.id, typed_again(known), now)


def last_statement(session: Session, enterprise_id: int, form: Form) -> Statement | None:
    """The newest self-statement made with this form: latest as_of, then latest recorded."""
    return session.scalar(
        select(Statement)
        .where(Statement.enterprise_id == enterprise_id, Statement.kind == "self", Statement.form == form.form)
        .order_by(Statement.as_of.desc(), Statement.recorded_at.desc(), Statement.id.desc())
        .limit(1)
    )
