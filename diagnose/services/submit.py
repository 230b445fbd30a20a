"""Submit a draft: its answers become a statement, and the statement a verdict, in one transaction."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Enterprise, Statement
from diagnose.models.assessment import DRAFT, SUBMITTED
from diagnose.services import drafts, spans
from diagnose.services.diagnose import diagnose, judge_again
from diagnose.services.drafts import Draft
from questionnaires.parse import Reading
from questionnaires.schema import Form, Indicator

SIZE_FACTS = ("staff", "revenue", "assets")


class Incomplete(ValueError):
    """Questions are open or wrong; the draft stays a draft."""

    def __init__(self, questions: list[Indicator]) -> None:
        super().__init__(", ".join(question.code for question in questions))
        self.questions = questions


def submit(
    session: Session,
    catalog: Catalog,
    enterprise: Enterprise,
    assessment: Assessment,
    now: datetime | None = None,
    by: int | None = None,
    adopted: Collection[str] = (),
) -> list[Diagnosis]:
    """Write the statement and the verdicts; returns [] when it had been submitted before (a double click).

    Raises Incomplete, and then nothing has changed. Submissions of one firm take turns, and the moment is taken when
    it is this one's turn: what is recorded earlier is also there earlier. ``by``: the account that submits;
    ``adopted``: the fact codes that an onsite assessment takes over from the firm's own.
    """
    session.execute(select(Enterprise.id).where(Enterprise.id == enterprise.id).with_for_update())
    now = now or wording.now()
    if not _claim(session, enterprise, assessment, now):
        return []
    assessment = session.get_one(Assessment, assessment.id, populate_existing=True)
    form = catalog.forms[assessment.form_name]
    draft = drafts.whole(session, assessment)
    reading = drafts.understand(form, draft)
    missing = open_questions(form, reading)
    if missing:
        raise Incomplete(missing)
    session.add(
        Statement(
            enterprise_id=enterprise.id,
            assessment_id=assessment.id,
            kind=assessment.kind,
            source=assessment.kind,
            as_of=assessment.as_of,
            recorded_at=now,
            form=form.form,
            edition=form.edition,
            answers=_stated(form, reading, draft) | _size(session, enterprise, assessment, form),
            adopted=sorted(adopted),
            by_id=by,
        )
    )
    session.flush()
    kind, as_of = assessment.kind, assessment.as_of
    touched = _touched(session, assessment, form)
    made = [
        diagnose(session, catalog.rulesets[name], catalog.dictionary, enterprise.id, kind, as_of, now)
        for name in form.schemes
    ]
    for one in touched:
        judge_again(session, catalog.rulesets[one.ruleset], catalog.dictionary, one, now)
    spans.settle(session, [enterprise.id])
    return made


def _touched(session: Session, assessment: Assessment, form: Form) -> list[Diagnosis]:
    """The newest verdict of each ruler that may read the new facts too: of another ruler, or of a later day."""
    found = session.scalars(
        select(Diagnosis)
        .where(
            Diagnosis.enterprise_id == assessment.enterprise_id,
            Diagnosis.kind == assessment.kind,
            Diagnosis.as_of >= assessment.as_of,
        )
        .order_by(Diagnosis.as_of, Diagnosis.known_at)
    )
    newest = {one.scheme: one for one in found}
    return [one for one in newest.values() if one.as_of > assessment.as_of or one.ruleset not in form.schemes]


def _size(session: Session, enterprise: Enterprise, assessment: Assessment, form: Form) -> dict[str, object]:
    """The size facts of the day: as said now, but for a correction as said then."""
    last = drafts.last_statement(session, enterprise.id, form) if assessment.purpose == "correction" else None
    if last is None:
        return dict(enterprise.profile)
    return {code: last.answers[code] for code in SIZE_FACTS if code in last.answers}


def open_questions(form: Form, reading: Reading) -> list[Indicator]:
    """What is still missing or wrong, in the order asked."""
    return [question for question in form.questions if not reading.answered(question)]


def _claim(session: Session, enterprise: Enterprise, assessment: Assessment, now: datetime) -> bool:
    """Turn draft into submitted; only one of two simultaneous requests succeeds, none when the file was just joined."""
    claimed = session.scalar(
        update(Assessment)
        .where(Assessment.id == assessment.id, Assessment.enterprise_id == enterprise.id, Assessment.status == DRAFT)
        .values(status=SUBMITTED, submitted_at=now)
        .returning(Assessment.id)
    )
    return claimed is not None


def _stated(form: Form, reading: Reading, draft: Draft) -> dict[str, object]:
    """The facts given in this draft, of the questions that apply; None withdraws a known one that was cleared.

    What was typed before a 不适用 was declared is not stated; what is known from before stands where it was stated.
    """
    asked = (fact.code for question in form.questions if reading.applies(question) for fact in question.facts)
    given = {code: reading.values.get(code) for code in asked if code in draft.typed}
    return {code: value for code, value in given.items() if value is not None or code in draft.known}
