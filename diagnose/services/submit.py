"""Submit a draft: its answers become a statement, and the statement a verdict, in one transaction."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from diagnose.catalog import Catalog
from diagnose.models import Assessment, Diagnosis, Enterprise, Statement
from diagnose.models.assessment import DRAFT, SUBMITTED
from diagnose.services import drafts
from diagnose.services.diagnose import diagnose
from questionnaires.parse import Reading
from questionnaires.schema import Form, Indicator


class Incomplete(ValueError):
    """Questions are open or wrong; the draft stays a draft."""

    def __init__(self, questions: list[Indicator]) -> None:
        super().__init__(", ".join(question.code for question in questions))
        self.questions = questions


def submit(
    session: Session, catalog: Catalog, enterprise: Enterprise, assessment: Assessment, now: datetime
) -> list[Diagnosis]:
    """Write the statement and the verdicts; returns [] when it had been submitted before (a double click).

    Raises Incomplete, and then nothing has changed.
    """
    if not _claim(session, assessment, now):
        return []
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
            answers=_stated(form, reading, draft.typed) | enterprise.profile,
        )
    )
    session.flush()
    return [
        diagnose(
            session,
            catalog.rulesets[name],
            catalog.dictionary,
            enterprise.id,
            assessment.kind,
            assessment.as_of,
            now,
        )
        for name in form.schemes
    ]


def open_questions(form: Form, reading: Reading) -> list[Indicator]:
    """What is still missing or wrong, in the order asked."""
    return [question for question in form.questions if not reading.answered(question)]


def _claim(session: Session, assessment: Assessment, now: datetime) -> bool:
    """Turn draft into submitted; only one of two simultaneous requests succeeds."""
    claimed = session.scalar(
        update(Assessment)
        .where(Assessment.id == assessment.id, Assessment.status == DRAFT)
        .values(status=SUBMITTED, submitted_at=now)
        .returning(Assessment.id)
    )
    return claimed is not None


def _stated(form: Form, reading: Reading, typed: Collection[str]) -> dict[str, object]:
    """The facts given in this draft, of the questions that apply.

    What was typed before a 不适用 was declared is not stated; what is known from before stands where it was stated.
    """
    stated = (fact.code for question in form.questions if reading.applies(question) for fact in question.facts)
    return {code: reading.values[code] for code in stated if code in reading.values and code in typed}
