"""Where evidence belongs, one question of one filling of one file, and whether whoever asks may change it."""

from dataclasses import dataclass

from flask import abort, g
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from diagnose.access import Right
from diagnose.models import Assessment, Enterprise, Visit
from diagnose.services import evidence
from diagnose.web import here
from questionnaires.schema import Indicator


class Closed(HTTPException):
    """The visit is not in the state visiting, or the filling was set aside."""

    code = 410


@dataclass(frozen=True)
class Place:
    """One question of one filling; for onsite with its visit."""

    enterprise: Enterprise
    assessment: Assessment
    question: Indicator
    visit: Visit | None

    @property
    def may_change(self) -> bool:
        """Whether whoever asks may add and delete here, now or at another time."""
        return evidence.may_change(g.rights, here.account_id(), self.assessment, self.visit)

    @property
    def is_open(self) -> bool:
        return evidence.is_open(self.assessment, self.visit)


def place_or_404(db: Session, public_id: str, assessment_id: int, question: str, lock: bool = False) -> Place:
    """The place, for whoever may read the file; with ``lock`` nobody changes the file or moves the visit meanwhile."""
    enterprise = here.enterprise_or_404(db, public_id, Right.READ, lock)
    found = select(Assessment).where(Assessment.id == assessment_id, Assessment.enterprise_id == enterprise.id)
    assessment = db.scalar(found) or abort(404)
    asked = here.catalog().forms[assessment.form_name].questions
    indicator = next((one for one in asked if one.code == question), None) or abort(404)
    visits = select(Visit).where(Visit.assessment_id == assessment_id)
    visit = db.scalar(visits.with_for_update() if lock else visits) if assessment.kind == "onsite" else None
    return Place(enterprise, assessment, indicator, visit)


def changeable(place: Place) -> None:
    """404 for whoever may never change evidence here, Closed for who may not any more."""
    if not place.may_change:
        abort(404)
    if not place.is_open:
        raise Closed
